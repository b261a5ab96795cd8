/// <reference types="node" />
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toolPath } from '../../scripts/tools/tool-paths.ts';
import { type LoadLine, loadLineSchema } from '../../tuner/contracts/load-buckets.ts';
import { type LoadPlan, loadPlanSchema, type PlannedScenario } from '../../tuner/contracts/load-plan.ts';

/** k6 as users run it, for tests. */

export interface RunningK6 {
  readonly process: ChildProcess;
  /** Where its load.ndjson is. */
  readonly load: string;
  readonly ended: Promise<{ code: number | null; text: string }>;
}

export interface K6Options {
  readonly folder: string;
  /** Tells the files of several runs in one folder apart. */
  readonly name: string;
  /** File name in scenarios/. */
  readonly script?: string;
  /** Absent: the script runs by its environment. */
  readonly plan?: LoadPlan;
  readonly environment: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
}

const usualFlags = [
  '--quiet',
  '--no-usage-report',
  '--summary-mode=disabled',
  '--no-thresholds',
  '--address=',
];

export function startK6(options: K6Options): RunningK6 {
  const { folder, name, script = 'mixed.ts', plan, environment, flags = [] } = options;
  const load = join(folder, `load-${name}.ndjson`);
  const planFile = join(folder, `plan-${name}.json`);
  if (plan !== undefined) writeFileSync(planFile, JSON.stringify(plan));
  const k6 = spawn(
    toolPath('k6'),
    ['run', ...usualFlags, ...flags, '--out', `buckets=${load}`, join(import.meta.dirname, '..', script)],
    {
      env: { ...process.env, ...(plan === undefined ? {} : { TUNE_LOAD_PLAN: planFile }), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let text = '';
  for (const stream of [k6.stdout, k6.stderr]) {
    stream?.on('data', (chunk) => {
      text += chunk;
    });
  }
  const ended = new Promise<{ code: number | null; text: string }>((resolve) =>
    k6.on('close', (code) => resolve({ code, text })),
  );
  return { process: k6, load, ended };
}

export function planOf(
  baseUrl: string,
  scenarios: readonly PlannedScenario[],
  more: Partial<LoadPlan> = {},
): LoadPlan {
  return loadPlanSchema.parse({ schemaVersion: 1, seed: 1, baseUrl, scenarios, ...more });
}

/** A steady rate of streamed answers; `more` makes it what a test is about. */
export function steady(
  kind: PlannedScenario['kind'],
  rate: { readonly perSecond: number; readonly seconds: number },
  more: Partial<PlannedScenario> = {},
): PlannedScenario {
  return {
    name: kind,
    kind,
    responseMode: 'streaming',
    startArrivalsPerSecond: rate.perSecond,
    stages: [{ durationSeconds: rate.seconds, arrivalsPerSecond: rate.perSecond }],
    preAllocatedVUs: 20,
    maxVUs: 20,
    gracefulStopSeconds: 5,
    requestTimeoutSeconds: 5,
    inputs: { question: '{prompt}' },
    promptTokens: 10,
    promptSuffix: '',
    ...more,
  };
}

export class RecordedLoad {
  readonly lines: readonly LoadLine[];

  constructor(path: string) {
    const texts = readFileSync(path, 'utf8').split('\n');
    if (texts.pop() !== '') throw new Error(`${path} ends in the middle of a line`);
    this.lines = texts.map((line) => loadLineSchema.parse(JSON.parse(line)));
  }

  /** Sum of a counter, or samples of a trend, over the whole file; absent tags match all. */
  total(metric: string, tags: { scenario?: string; endpoint?: string; outcome?: string } = {}): number {
    return this.#values(metric, tags).reduce(
      (sum, { kind, count, value }) => sum + (kind === 'trend' ? count : value),
      0,
    );
  }

  /** Sum of a trend's samples. */
  sum(metric: string, tags: { scenario?: string; endpoint?: string } = {}): number {
    return this.#values(metric, tags).reduce((sum, { value }) => sum + value, 0);
  }

  /** Sum of a counter in each second since the header's start. */
  perSecond(metric: string, tags: { scenario?: string } = {}): number[] {
    const seconds: number[] = [];
    for (const { atSeconds, value } of this.#values(metric, tags)) {
      while (seconds.length <= atSeconds) seconds.push(0);
      seconds[atSeconds] = (seconds[atSeconds] ?? 0) + value;
    }
    return seconds;
  }

  #values(metric: string, tags: Readonly<Record<string, string>>) {
    const wanted = new Map(
      this.lines.flatMap((line) =>
        line.type === 'series' &&
        line.metric === metric &&
        Object.entries(tags).every(([tag, value]) => line[tag as 'scenario'] === value)
          ? [[line.id, line.kind] as const]
          : [],
      ),
    );
    return this.lines.flatMap((line) =>
      line.type === 'bucket'
        ? line.values.flatMap(({ id, count, sum }) => {
            const kind = wanted.get(id);
            return kind === undefined ? [] : [{ atSeconds: line.atSeconds, kind, count, value: sum }];
          })
        : [],
    );
  }
}
