import { beforeAll, describe, expect, it } from 'vitest';
import { type Advice, adviceSchema } from '../contracts/advice.ts';
import type { Evidence } from '../contracts/evidence.ts';
import { advise } from './advise.ts';
import {
  comfortable,
  cpuBound,
  queueMetric,
  slotBound,
  syntheticEvidence,
} from './fixtures/synthetic-evidence.ts';
import type { AdviseOptions } from './options.ts';

/** The load of the fixtures and a short quiet time: what a run is followed by otherwise is thrice as long. */
const points = [
  ...[2, 4, 7, 10, 2, 14].flatMap((arrivalsPerSecond, step) => [
    { at: 35 * step, arrivalsPerSecond },
    { at: 35 * (step + 1), arrivalsPerSecond },
  ]),
  { at: 210, arrivalsPerSecond: 2 },
  { at: 400, arrivalsPerSecond: 2 },
];

const options: AdviseOptions = {
  config: {
    objectives: { timeToFirstTokenP95: 3, queueWaitP95: 5, errorRatio: 0.01 },
    demand: { growthRatio: 1, points },
    caps: { maxReplicas: 20 },
    minReplicas: {},
    replicaHourPrice: {},
  },
  queueMetric,
  seed: 1,
  // Enough for the direction, few enough for a unit test.
  candidates: 12,
  draws: 6,
  threads: 1,
};

function setting({ settings }: Advice, component: string, sets: RegExp) {
  return settings.find((found) => found.component === component && sets.test(found.sets));
}

const slow = 60_000;

describe('advise', () => {
  const cpuEvidence = syntheticEvidence(cpuBound);
  let onCpu: Advice;
  beforeAll(async () => {
    onCpu = await advise(cpuEvidence, options);
  }, slow);

  it(
    'leaves a comfortable deployment alone',
    async () => {
      const advice = await advise(syntheticEvidence(comfortable), options);
      expect(adviceSchema.safeParse(advice).error).toBeUndefined();
      expect(advice.verdict).toBe('noChange');
      expect(advice.settings.filter(({ verdict }) => verdict === 'change')).toEqual([]);
    },
    slow,
  );

  it('lowers the CPU target or raises the floor where CPU binds, and keeps CPU as the metric', () => {
    expect(onCpu.verdict).toBe('change');
    expect(setting(onCpu, 'api', /minReplicas/)?.proposed).toBeGreaterThanOrEqual(2);
    const target = Number(setting(onCpu, 'api', /averageUtilization/)?.proposed);
    expect(target).toBeGreaterThanOrEqual(20);
    expect(target).toBeLessThanOrEqual(80);
    const { current, proposed } = onCpu.outcomes ?? {};
    expect(proposed?.sloViolatedMinutes.mean).toBeLessThan(current?.sloViolatedMinutes.mean ?? 0);
  });

  it(
    'takes the CPU target off an API that its slots bind, and gives it a floor that carries the peak',
    async () => {
      const advice = await advise(syntheticEvidence({ ...slotBound, postgresMaxConnections: 2000 }), options);
      expect(advice.proposals.api?.hpaSpec).toBeNull();
      // Peak of the synthetic load × 4.7 s a request / 10 slots: no fewer replicas can hold it.
      const peak = advice.demand.peakArrivalsPerSecond;
      expect(advice.proposals.api?.replicas).toBeGreaterThanOrEqual(Math.floor((peak * 4.7) / 10 / 2));
      expect(setting(advice, 'worker', /averageValue/)?.proposed).toBeLessThan(50);
    },
    slow,
  );

  it(
    'never goes beyond what Postgres carries',
    async () => {
      const advice = await advise(syntheticEvidence(slotBound), options);
      const { api, worker } = advice.proposals;
      const most = (proposal: typeof api) =>
        proposal?.replicas ??
        Number((proposal?.hpaSpec as { maxReplicas?: number } | null)?.maxReplicas ?? 0);
      // 100 connections; a replica opens one a slot, 10 and 4.
      expect(most(api) * 10 + most(worker) * 4).toBeLessThanOrEqual(100);
    },
    slow,
  );

  it(
    'gives the same advice on one thread and on two',
    async () => {
      const withoutTime = ({ search, ...advice }: Advice) => ({
        ...advice,
        search: { ...search, elapsedSeconds: 0 },
      });
      const onTwo = await advise(cpuEvidence, { ...options, threads: 2 });
      expect(withoutTime(onTwo)).toEqual(withoutTime(onCpu));
    },
    slow,
  );

  it(
    'says that the evidence is not enough where capacity is unknown, and proposes nothing',
    async () => {
      const whole = cpuEvidence;
      const api = whole.components.api;
      if (!api) throw new Error('the fixture has an API');
      const evidence: Evidence = {
        ...whole,
        components: {
          ...whole.components,
          api: { ...api, idleMillicores: null, cpuMillisecondsPerRequest: {}, serviceSeconds: {} },
        },
      };
      const advice = await advise(evidence, options);
      expect(advice.verdict).toBe('insufficientEvidence');
      expect(advice.proposals).toEqual({});
      expect(advice.settings.filter(({ verdict }) => verdict === 'change')).toEqual([]);
    },
    slow,
  );
});
