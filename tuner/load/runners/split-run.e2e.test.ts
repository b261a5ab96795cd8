import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { randomArrivalSeconds } from '../../../scenarios/lib/random-arrivals.ts';
import { toolPath } from '../../../scripts/tools/tool-paths.ts';
import type { LoadPlan } from '../../contracts/load-plan.ts';
import { readLoad } from '../../derive/read-load.ts';
import { plan as recordedPlan } from '../validity/testing/recorded-lines.ts';
import { bundlePlan } from './bundle-plan.ts';
import { mergeBuckets } from './merge-buckets.ts';
import { readRunnerLine } from './read-line.ts';

/**
 * The same plan by one k6 and by three with a third of it each, as pods would run it (script, plan and shares as they
 * get them, lines from stdout), against a server that answers each arrival by its number: same arrivals, same latencies.
 */

const perSecond = 20;
const seconds = 6;
let folder: string;
let server: Server;
let baseUrl: string;
let arrivals: number[] = [];

/** 30–1,000 ms, spread over the arrivals. */
const firstTokenMs = (arrival: number) => 30 + ((arrival * 389) % 971);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'split-'));
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const { user } = JSON.parse(body) as { user: string };
      const arrival = Number(user.split('-').at(-1));
      arrivals.push(arrival);
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.flushHeaders();
      setTimeout(() => {
        response.write('data: {"event":"message","answer":"x"}\n\n');
        response.end('data: {"event":"message_end"}\n\n');
      }, firstTokenMs(arrival));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

const plan: LoadPlan = {
  ...recordedPlan,
  run: 'split',
  scenarios: recordedPlan.scenarios.map((scenario) => ({
    ...scenario,
    startArrivalsPerSecond: perSecond,
    stages: [{ durationSeconds: seconds, arrivalsPerSecond: perSecond }],
    arrivalSpacing: 'random',
    preAllocatedVUs: 60,
    maxVUs: 60,
    gracefulStopSeconds: 5,
  })),
};

function startRunner(index: number, count: number): { k6: ChildProcess; text: Promise<string> } {
  const flags = ['--quiet', '--no-usage-report', '--summary-mode=disabled', '--no-thresholds', '--address='];
  const k6 = spawn(toolPath('k6'), ['run', ...flags, '--out', 'buckets=-', join(folder, 'script.js')], {
    env: {
      ...process.env,
      TUNE_LOAD_PLAN: join(folder, 'load-plan.json'),
      TUNE_KEY_CHAT: 'app-key',
      TUNE_RUNNERS: String(count),
      TUNE_RUNNER: String(index),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  k6.stdout?.on('data', (chunk) => {
    text += chunk;
  });
  return { k6, text: new Promise((resolve) => k6.once('close', () => resolve(text))) };
}

async function recordedBy(count: number) {
  arrivals = [];
  const startAt = new Date().toISOString();
  const running = Array.from({ length: count }, (_, index) => startRunner(index, count));
  const texts = await Promise.all(running.map(({ text }) => text));
  const merger = mergeBuckets(startAt, count);
  const lines = texts.flatMap((text, runner) =>
    text.split('\n').flatMap((line) => {
      const read = readRunnerLine(line);
      return read.kind === 'load' ? merger.add(runner, read.line, 0) : [];
    }),
  );
  const load = await readLoad(
    [merger.header, ...lines].map((line) => JSON.stringify(line)),
    startAt,
    'f',
  );
  const range = { from: 0, to: load.durationSeconds };
  return {
    load,
    arrivals: [...arrivals].sort((a, b) => a - b),
    ok: load.total('requests', 'sum', range, { outcome: 'ok' }),
    firstToken: load.histogram('time_to_first_token_ms', range),
    dropped: load.total('dropped_iterations', 'sum', range),
  };
}

it('is the same load and the same percentiles by one runner and by three', { timeout: 60_000 }, async () => {
  for (const [name, text] of Object.entries(await bundlePlan(plan, baseUrl))) {
    writeFileSync(join(folder, name), text);
  }
  const one = await recordedBy(1);
  const three = await recordedBy(3);
  // Each runner draws all arrivals and takes its own.
  const drawn = plan.scenarios.flatMap((scenario) => randomArrivalSeconds(scenario, plan.seed));
  expect(one.arrivals.length).toBe(drawn.length);
  for (const { arrivals: seen, ok, dropped, load } of [one, three]) {
    expect(seen).toEqual(Array.from({ length: seen.length }, (_, number) => number));
    expect(ok).toBe(seen.length);
    expect(dropped).toBe(0);
    expect(load.isComplete).toBe(true);
  }
  expect(three.ok).toBe(one.ok);
  for (const ratio of [0.25, 0.5, 0.75, 0.9]) {
    const [a, b] = [one.firstToken.quantile(ratio) ?? 0, three.firstToken.quantile(ratio) ?? 0];
    // A bin is within 1 % of its samples; the rest is what two busy cores add to either run.
    expect(Math.abs(a - b)).toBeLessThan(0.02 * a + 60);
  }
});
