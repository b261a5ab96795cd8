import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadPlan } from '../../tuner/contracts/load-plan.ts';
import { sizeVus } from '../../tuner/load/size-vus.ts';
import type { Bench } from './bench.ts';
import type { Client } from './measure.ts';
import type { StreamShape } from './stream-server.ts';

/** So many streams of one shape at any time. */
export interface Load {
  readonly shape: StreamShape;
  readonly streams: number;
  /** How long one lasts, so that arrivals can keep that many open; null: without an end, each kept by one VU. */
  readonly streamSeconds: number | null;
}

/** Longer than any measurement takes. */
const longestSeconds = 300;
const benchScripts = join(import.meta.dirname, '..', '..', 'scenarios', 'bench');
const k6Flags = [
  '--quiet',
  '--no-color',
  '--no-usage-report',
  '--summary-mode=disabled',
  '--no-thresholds',
  '--address=',
];

export function bareReader({ program, server }: Bench, { shape, streams }: Load): Client {
  const url = `${server.baseUrl('reader', shape)}/chat-messages`;
  return {
    id: 'reader',
    title: 'bare Go reader',
    command: program,
    args: ['read', '--url', url, '--streams', String(streams)],
  };
}

/** Where a client's load.ndjson goes: to be written is part of the work. */
export function outputOf({ folder }: Bench, id: string): string {
  return join(folder, `${id}.ndjson`);
}

/** The chat scenario with a load plan, as `tune load` runs it; in callback mode the script takes each event. */
export function chatScenario(bench: Bench, mode: 'native' | 'callback', load: Load): Client {
  const id = `scenario-${mode}`;
  const plan = join(bench.folder, `${id}-plan.json`);
  writeFileSync(plan, JSON.stringify(planOf(bench.server.baseUrl(id, load.shape), load)));
  return {
    id,
    title: `chat scenario, ${mode}`,
    command: bench.k6,
    args: ['run', ...k6Flags, '--out', `buckets=${outputOf(bench, id)}`, bench.scenarios[mode]],
    env: {
      TUNE_LOAD_PLAN: plan,
      TUNE_KEY_CHAT: 'app-bench',
      ...(mode === 'callback' ? { TUNE_SSE: 'callback' } : {}),
    },
  };
}

/** A script of the benchmark's own, in scenarios/bench: reading and nothing else. */
export function benchScript(bench: Bench, mode: 'native' | 'callback', load: Load): Client {
  const id = mode;
  const script = `${mode}.ts`;
  return {
    id,
    title: mode,
    command: bench.k6,
    args: ['run', ...k6Flags, '--out', `buckets=${outputOf(bench, id)}`, join(benchScripts, script)],
    env: scriptEnvironment(`${bench.server.baseUrl(id, load.shape)}/chat-messages`, load),
  };
}

function scriptEnvironment(url: string, { streams, streamSeconds }: Load): Record<string, string> {
  return {
    BENCH_URL: url,
    BENCH_STREAMS: String(streams),
    ...(streamSeconds === null ? {} : { BENCH_ARRIVALS_PER_SECOND: String(streams / streamSeconds) }),
    BENCH_SECONDS: String(longestSeconds),
  };
}

/** The script that takes each event, on a k6 with the community's extension. It has no output of ours to write. */
export function communityScript({ server }: Bench, k6: string, load: Load): Client {
  const id = 'community';
  return {
    id,
    title: 'community extension',
    command: k6,
    args: ['run', ...k6Flags, join(benchScripts, 'callback.ts')],
    env: scriptEnvironment(`${server.baseUrl(id, load.shape)}/chat-messages`, load),
  };
}

export function locustClient({ server }: Bench, locust: string, { shape, streams }: Load): Client {
  const users = String(streams);
  const file = join(import.meta.dirname, 'locustfile.py');
  return {
    id: 'locust',
    title: 'Locust',
    command: locust,
    args: ['-f', file, '--headless', '-u', users, '-r', users, '--only-summary', '--loglevel', 'ERROR'],
    env: { BENCH_URL: `${server.baseUrl('locust', shape)}/chat-messages` },
  };
}

function planOf(baseUrl: string, { streams, streamSeconds }: Load): LoadPlan {
  const expectedSeconds = streamSeconds ?? longestSeconds;
  const arrivalsPerSecond = streams / expectedSeconds;
  const vus = sizeVus({
    name: 'chat',
    peakArrivalsPerSecond: arrivalsPerSecond,
    requestTimeoutSeconds: longestSeconds,
    expectedSeconds,
  });
  return {
    schemaVersion: 1,
    seed: 1,
    baseUrl,
    scenarios: [
      {
        name: 'chat',
        kind: 'chat',
        responseMode: 'streaming',
        startArrivalsPerSecond: arrivalsPerSecond,
        stages: [{ durationSeconds: longestSeconds, arrivalsPerSecond }],
        ...vus,
        gracefulStopSeconds: 0,
        requestTimeoutSeconds: longestSeconds,
        inputs: {},
        promptTokens: 20,
        promptSuffix: '',
      },
    ],
  };
}
