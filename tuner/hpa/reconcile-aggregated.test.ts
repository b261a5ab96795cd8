import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { specs } from './fixtures/arbitrary-sync.ts';
import { hpaOf, podOf } from './fixtures/build-sync.ts';
import { reconcile } from './reconcile.ts';
import { reconcileAggregated } from './reconcile-aggregated.ts';
import { createHpaState } from './state.ts';
import type { AggregatedSyncInputs, CompiledHpa, HpaPod, HpaSyncInputs, PodSample } from './types.ts';

const atMs = 3_600_000;
const windowMs = 15_000;

/** Pods that are alike but for the group they fall into. */
const groups = fc.record({
  counted: fc.nat(12),
  unready: fc.nat(4),
  missing: fc.nat(4),
  failed: fc.nat(3),
  request: fc.integer({ min: 0, max: 2000 }),
  value: fc.nat(3000),
  queue: fc.nat(300_000),
  fails: fc.boolean(),
});
type Groups = typeof groups extends fc.Arbitrary<infer T> ? T : never;

function listed(hpa: CompiledHpa, group: Groups, specReplicas: number): HpaSyncInputs {
  const requests: HpaPod['requests'] = { app: group.request === 0 ? {} : { cpu: group.request } };
  const make = (kind: string, count: number, change: Partial<HpaPod>) =>
    Array.from({ length: count }, (_, index) => podOf(`${kind}-${index}`, { requests, ...change }));
  const pods = [
    ...make('counted', group.counted, {}),
    ...make('unready', group.unready, { phase: 'Pending', ready: null, startTimeMs: null }),
    ...make('missing', group.missing, {}),
    ...make('failed', group.failed, { phase: 'Failed', ready: false }),
  ];
  const sample: PodSample = { value: group.value, atMs, windowMs };
  const samples = Object.fromEntries(make('counted', group.counted, {}).map(({ name }) => [name, sample]));
  return {
    atMs,
    specReplicas,
    statusReplicas: specReplicas,
    pods,
    metrics: hpa.metrics.map(({ type }) => {
      if (group.fails) return { error: true };
      return type === 'External' ? { values: [group.queue] } : { pods: samples };
    }),
  };
}

function aggregated(hpa: CompiledHpa, group: Groups, specReplicas: number): AggregatedSyncInputs {
  const { counted, unready, missing, failed } = group;
  return {
    atMs,
    specReplicas,
    statusReplicas: specReplicas,
    podCount: counted + unready + missing + failed,
    runningReadyPods: counted + missing,
    metrics: hpa.metrics.map(({ type }) => ({
      failed: group.fails || (type !== 'External' && counted === 0),
      countedPods: counted,
      valueTotal: counted * group.value,
      unreadyPods: unready,
      missingPods: missing,
      requestPerPod: group.request,
      value: group.queue,
    })),
  };
}

describe('reconcileAggregated', () => {
  it('decides as reconcile does over a list of such pods, sync after sync', () => {
    fc.assert(
      fc.property(
        specs(),
        fc.array(groups, { minLength: 1, maxLength: 20 }),
        fc.nat(20),
        (spec, course, start) => {
          const hpa = hpaOf(spec);
          const exact = createHpaState();
          const fast = createHpaState();
          let replicas = start;
          course.forEach((group, index) => {
            const moment = { atMs: atMs + index * 15_000 };
            const expected = reconcile(hpa, exact, { ...listed(hpa, group, replicas), ...moment });
            const scaledTo = reconcileAggregated(hpa, fast, {
              ...aggregated(hpa, group, replicas),
              ...moment,
            });
            expect(scaledTo).toBe(expected.scaledTo);
            expect(fast).toEqual(exact);
            expect(fast).toMatchObject({
              desiredReplicas: expected.desiredReplicas,
              conditions: expected.conditions,
            });
            replicas = expected.scaledTo ?? replicas;
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each([
    ['a metric nobody gave', (inputs: AggregatedSyncInputs) => inputs.metrics.pop()],
    [
      'a total that is no number',
      (inputs: AggregatedSyncInputs) => setFirst(inputs, { valueTotal: Number.NaN }),
    ],
    ['a negative total', (inputs: AggregatedSyncInputs) => setFirst(inputs, { valueTotal: -1 })],
    [
      'a request that is no number',
      (inputs: AggregatedSyncInputs) => setFirst(inputs, { requestPerPod: Number.NaN }),
    ],
  ])('refuses %s', (_, spoil) => {
    const hpa = hpaOf();
    const group = {
      counted: 2,
      unready: 0,
      missing: 0,
      failed: 0,
      request: 1000,
      value: 900,
      queue: 0,
      fails: false,
    };
    const inputs = aggregated(hpa, group, 2);
    spoil(inputs);
    expect(() => reconcileAggregated(hpa, createHpaState(), inputs)).toThrow(
      expect.objectContaining({ code: 'BAD_HPA_INPUT', message: expect.stringContaining('metrics[0]') }),
    );
  });
});

function setFirst(
  inputs: AggregatedSyncInputs,
  change: Partial<AggregatedSyncInputs['metrics'][number]>,
): void {
  Object.assign(inputs.metrics[0] ?? {}, change);
}
