#!/usr/bin/env node
// A k6 that only fails, waits or writes buckets, as FAKE_K6 tells it: `exit 107`, `obey`, `ignore`, `log TEXT`,
// `prepare` (obeys, and has not begun to load).
import { appendFileSync } from 'node:fs';

const [how, ...rest] = (process.env.FAKE_K6 ?? 'exit 0').split(' ');
const out = process.argv.find((argument) => argument.startsWith('buckets='))?.slice('buckets='.length);
const line = (value) => appendFileSync(out, `${JSON.stringify(value)}\n`);

line({
  type: 'header',
  schemaVersion: 1,
  startAt: new Date().toISOString(),
  histogram: { scheme: 'log-linear', subBucketsPerOctave: 64 },
  runner: '0',
});
const series = { kind: 'counter', scenario: 'chat', endpoint: 'chat-messages' };
line({ type: 'series', id: 0, metric: 'requests_started', outcome: '', ...series });
line({ type: 'series', id: 1, metric: 'requests', outcome: 'ok', ...series });
line({ type: 'series', id: 2, metric: 'requests', outcome: 'http_500', ...series });
const loaded = [
  { id: 0, count: 4, sum: 4 },
  { id: 1, count: 3, sum: 3 },
  { id: 2, count: 1, sum: 1 },
];
const idle = [{ id: 3, count: 1, sum: 20, min: 20, max: 20, last: 20 }];
line({ type: 'series', id: 3, metric: 'vus', outcome: '', ...series, kind: 'gauge' });
line({ type: 'bucket', atSeconds: 0, values: how === 'prepare' ? idle : loaded });
console.error(
  `plan ${process.env.TUNE_LOAD_PLAN} key ${process.env.TUNE_KEY_CHAT} vus ${process.env.K6_VUS}`,
);
console.error(`arguments ${process.argv.slice(2).join(' ')}`);

if (how === 'log') console.error(rest.join(' '));
if (how === 'exit') process.exitCode = Number(rest[0]);
if (how === 'kill') process.kill(process.pid, rest[0]);
if (['obey', 'prepare', 'ignore'].includes(how)) {
  setInterval(() => undefined, 1_000);
  process.on('SIGINT', () => {
    if (how !== 'ignore') process.exit(105);
  });
}
