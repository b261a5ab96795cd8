import { join } from 'node:path';
import type { Client } from './measure.ts';

export interface Load {
  readonly url: string;
  readonly streams: number;
  /** Longer than any measurement takes. */
  readonly seconds: number;
}

const scenarios = join(import.meta.dirname, '..', '..', 'scenarios', 'bench');
const quietly = [
  '--quiet',
  '--no-color',
  '--no-usage-report',
  '--summary-mode=disabled',
  '--no-thresholds',
  '--address=',
];

export function bareReader(program: string, { url, streams }: Load): Client {
  return {
    name: 'bare Go reader',
    command: program,
    args: ['read', '--url', url, '--streams', String(streams)],
  };
}

/** @param output where its load.ndjson goes: to be written is part of the work */
export function k6Client(
  name: string,
  script: string,
  { k6, load, output, env = {} }: { k6: string; load: Load; output: string; env?: Record<string, string> },
): Client {
  return {
    name,
    command: k6,
    args: ['run', ...quietly, '--out', `buckets=${output}`, join(scenarios, script)],
    env: {
      BENCH_URL: load.url,
      BENCH_STREAMS: String(load.streams),
      BENCH_SECONDS: String(load.seconds),
      ...env,
    },
  };
}

export function locustClient(locust: string, { url, streams }: Load): Client {
  const users = String(streams);
  return {
    name: 'Locust',
    command: locust,
    args: [
      '-f',
      join(import.meta.dirname, 'locustfile.py'),
      '--headless',
      '-u',
      users,
      '-r',
      users,
      '--only-summary',
      '--loglevel',
      'ERROR',
    ],
    env: { BENCH_URL: url },
  };
}
