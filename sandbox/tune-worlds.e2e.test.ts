import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkReport } from '../reports/testing/check-report.ts';
import { type Advice, adviceSchema } from '../tuner/contracts/advice.ts';
import { type Evidence, evidenceSchema } from '../tuner/contracts/evidence.ts';
import { runFiles } from '../tuner/contracts/run-folder.ts';
import { validitySchema } from '../tuner/contracts/validity.ts';
import { verdictSchema } from '../tuner/contracts/verdict.ts';

/**
 * The main job as a user starts it, in three worlds whose truth the tuner never reads (headers of the world files).
 * Expectations are ranges: real controllers, real k6 and whatever else the machine does.
 */
const main = join(import.meta.dirname, '..', 'tuner', 'cli', 'main.ts');
const longestRunMs = 12 * 60_000;

interface Finished {
  readonly folder: string;
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly evidence: Evidence;
  readonly advice: Advice;
}

async function tuneIn(world: string): Promise<Finished> {
  const folder = join(mkdtempSync(join(tmpdir(), `tune-${world}-`)), 'run');
  const args = [main, '--target', 'sandbox', '--profile', 'quick', '--world', world, '--out', folder];
  const { exitCode, stdout, stderr } = await execa(process.execPath, args, { reject: false, cwd: tmpdir() });
  if (!existsSync(join(folder, runFiles.advice)))
    throw new Error(`no advice was written\n${stderr}\n${stdout}`);
  return {
    folder,
    exitCode,
    stdout,
    stderr,
    evidence: evidenceSchema.parse(json(folder, 'evidence')),
    advice: adviceSchema.parse(json(folder, 'advice')),
  };
}

function json(folder: string, name: keyof typeof runFiles): unknown {
  return JSON.parse(readFileSync(join(folder, runFiles[name]), 'utf8'));
}

/** The proposed value of one setting, the current one where it stays; undefined where nothing is said of it. */
function proposed({ advice }: Finished, component: string, sets: RegExp): unknown {
  return advice.settings.find((setting) => setting.component === component && sets.test(setting.sets))
    ?.proposed;
}

function metricTypes({ advice }: Finished, component: 'api' | 'worker'): unknown[] {
  const metrics = advice.proposals[component]?.hpaSpec?.metrics as { type: string }[] | undefined;
  return (metrics ?? []).map(({ type }) => type);
}

/** What holds in every world. */
function isWhole(run: () => Finished): void {
  it('exits 0, and every file of the run folder is there and readable', () => {
    const { folder, exitCode, stderr } = run();
    expect(exitCode, stderr).toBe(0);
    const names = readdirSync(folder);
    // The load came from this machine, so no runners were followed.
    const missing = Object.values(runFiles).filter((name) => !names.includes(name));
    expect(missing).toEqual([runFiles.runners]);
    expect(json(folder, 'run')).toMatchObject({ schemaVersion: 1, ended: 'complete' });
    expect(validitySchema.parse(json(folder, 'validity')).verdict).not.toBe('invalid');
  });

  it('finds the model of the HPA equal to the real controller at every sync that it recorded', () => {
    const { replay } = verdictSchema.parse(json(run().folder, 'verdict'));
    expect(replay.map(({ hpaName }) => hpaName).sort()).toEqual(['my-dify-api', 'my-dify-worker']);
    for (const { syncs, mismatches, examples } of replay) {
      // An HPA whose status never changes (an empty queue) writes few of them.
      expect(syncs).toBeGreaterThan(0);
      expect(mismatches, JSON.stringify(examples)).toBe(0);
    }
  });

  it('tells the run again in simulation: replicas within one of the recorded, first tokens as late', () => {
    const { calibration } = verdictSchema.parse(json(run().folder, 'verdict'));
    const replicas = calibration.filter(({ quantity }) => quantity.endsWith('readyReplicas'));
    expect(replicas.map(({ quantity }) => quantity)).toEqual(
      expect.arrayContaining(['api readyReplicas', 'worker readyReplicas']),
    );
    for (const { quantity, meanAbsoluteError } of replicas)
      expect(meanAbsoluteError, quantity).toBeLessThan(1);
    const chat = calibration.find(({ quantity }) => quantity === 'chat timeToFirstTokenP95 of all requests');
    // Seen: within 15 %. A pod that comes a sync later makes more of it in an overload of two minutes.
    expect((chat?.simulated ?? 0) / (chat?.recorded ?? 1)).toBeGreaterThan(0.6);
    expect((chat?.simulated ?? 0) / (chat?.recorded ?? 1)).toBeLessThan(1.6);
  });

  it('shows no number in the report that is not in the recorded files', () => {
    expect(checkReport(run().folder)).toEqual([]);
  });

  it('keeps keys out of every file', () => {
    const { folder } = run();
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    const holding = files.filter((entry) =>
      readFileSync(join(entry.parentPath, entry.name), 'utf8').includes('app-sandbox-'),
    );
    expect(holding.map(({ name }) => name)).toEqual([]);
  });
}

describe('in the cpu-bound world', () => {
  let run: Finished;
  beforeAll(async () => {
    run = await tuneIn('cpu-bound');
  }, longestRunMs);
  isWhole(() => run);

  it('sees the real controller rescale under the load', () => {
    expect(run.evidence.rescales.length).toBeGreaterThan(0);
  });

  it('names CPU as what binds the API, stays with a CPU target, and brings capacity in earlier than 80 % from one pod', () => {
    expect(run.evidence.components.api?.binding).toBe('cpu');
    expect(metricTypes(run, 'api')).toEqual(['Resource']);
    const target = proposed(run, 'api', /averageUtilization/);
    expect(target).toBeGreaterThanOrEqual(20);
    expect(target).toBeLessThanOrEqual(80);
    // A lower target or a floor that carries the spike: either is right, the search weighs them by cost.
    const floor = Number(proposed(run, 'api', /minReplicas/));
    expect(Number(target) < 80 || floor >= 3).toBe(true);
  });

  it('learns the cost of a chat within a third of the truth, 143 CPU-ms', () => {
    const cost = run.evidence.components.api?.cpuMillisecondsPerRequest.chat?.value;
    expect(cost).toBeGreaterThan(95);
    expect(cost).toBeLessThan(191);
  });

  it('learns the cost of a run to its worker within a quarter of the truth, 161 CPU-ms', () => {
    const cost = run.evidence.components.worker?.cpuMillisecondsPerRequest.workflow?.value;
    expect(cost).toBeGreaterThan(121);
    expect(cost).toBeLessThan(201);
  });

  it('asks for two replicas or more', () => {
    expect(proposed(run, 'api', /minReplicas/)).toBeGreaterThanOrEqual(2);
  });
});

describe('in the slots-and-queue-bound world', () => {
  let run: Finished;
  beforeAll(async () => {
    run = await tuneIn('slots-and-queue-bound');
  }, longestRunMs);
  isWhole(() => run);

  it('names connection slots as what binds the API, with its CPU mostly idle', () => {
    expect(run.evidence.components.api?.binding).toBe('connectionSlots');
    expect(run.evidence.components.api?.declaredSlotsPerReplica).toBe(10);
  });

  it('learns the cost of a run to its worker, 188 CPU-ms, although most runs only waited', () => {
    const cost = run.evidence.components.worker?.cpuMillisecondsPerRequest.workflow?.value;
    expect(cost).toBeGreaterThan(141);
    expect(cost).toBeLessThan(235);
  });

  it('gives the API a floor of replicas and no CPU target', () => {
    expect(metricTypes(run, 'api')).not.toContain('Resource');
    const floor = run.advice.proposals.api?.replicas ?? proposed(run, 'api', /minReplicas/);
    expect(floor).toBeGreaterThanOrEqual(4);
  });

  it('scales the worker on the queue with a target of a few runs', () => {
    expect(metricTypes(run, 'worker')).toEqual(['External']);
    const target = Number(proposed(run, 'worker', /averageValue/));
    expect(target).toBeGreaterThanOrEqual(1);
    expect(target).toBeLessThan(8);
    expect(proposed(run, 'worker', /minReplicas/)).toBeGreaterThanOrEqual(2);
  });
});

describe('in the comfortable world', () => {
  let run: Finished;
  beforeAll(async () => {
    run = await tuneIn('comfortable');
  }, longestRunMs);
  isWhole(() => run);

  it('raises nothing that would cost more', () => {
    for (const { component, sets, current, proposed: value } of run.advice.settings) {
      if (!/^(min|max)Replicas$/.test(sets)) continue;
      expect(Number(value), `${component} ${sets}`).toBeLessThanOrEqual(Number(current));
    }
    expect(run.evidence.components.api?.binding).toBe('none');
  });
});
