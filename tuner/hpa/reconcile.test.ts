import { describe, expect, it } from 'vitest';
import {
  anHourMs,
  cpuUtilization,
  externalAverage,
  externalValue,
  hpaOf,
  podOf,
  podsAverage,
  podsOf,
  reasonsOf,
  samplesOf,
  syncOf,
} from './fixtures/build-sync.ts';
import { reconcile } from './reconcile.ts';
import { createHpaState } from './state.ts';
import type { HpaPod, HpaSyncInputs } from './types.ts';

const decide = (hpa: ReturnType<typeof hpaOf>, inputs: HpaSyncInputs) =>
  reconcile(hpa, createHpaState(), inputs);
const proposed = (hpa: ReturnType<typeof hpaOf>, inputs: HpaSyncInputs) =>
  decide(hpa, inputs).proposals[0]?.replicas;
const withPods = (changes: readonly Partial<HpaPod>[]) =>
  changes.map((change, index) => podOf(`p${index}`, change));

/** In its first minute, so within the CPU initialization period. */
const starting = { startTimeMs: anHourMs - 60_000, readyTransitionMs: anHourMs - 5000 };
const neverReady = { ...starting, ready: false };

describe('a cpu utilization asks for', () => {
  // Expected: Kubernetes 1.37 podautoscaler/replica_calculator_test.go, TestReplicaCalcResourceScale and
  // TestReplicaCalcResourceMissingMetrics, whose pods request 1 core.
  it.each([
    { name: 'more replicas', target: 30, levels: [300, 500, 700], pods: [{}, {}, {}], expected: 5 },
    {
      name: 'less more while a pod is unready, which counts as idle',
      target: 30,
      levels: [300, 500, 700],
      pods: [neverReady, {}, {}],
      expected: 4,
    },
    {
      name: 'less more while a sample is from before readiness',
      target: 30,
      levels: [300, 500, 700],
      pods: [starting, {}, {}],
      expected: 4,
    },
    {
      name: 'nothing new when the ready pod is hot and the unready ones outweigh it',
      target: 30,
      levels: [400, 500, 700],
      pods: [{}, neverReady, neverReady],
      expected: 3,
    },
    {
      name: 'replicas for the living, not for failed pods',
      target: 30,
      levels: [500, 700],
      pods: [{}, {}, { phase: 'Failed', ready: false }, { phase: 'Failed', ready: false }],
      expected: 4,
    },
    {
      name: 'replicas for those that stay, not for terminating pods',
      target: 30,
      levels: [500, 700],
      pods: [{}, {}, { deleted: true }, { deleted: true }],
      expected: 4,
    },
    {
      name: 'fewer replicas',
      target: 50,
      levels: [100, 300, 500, 250, 250],
      pods: [{}, {}, {}, {}, {}],
      expected: 3,
    },
    {
      name: 'fewer replicas still, unready pods left out',
      target: 50,
      levels: [100, 300, 500, 250, 250],
      pods: [{}, {}, {}, neverReady, neverReady],
      expected: 2,
    },
    {
      name: 'as many as all samples call for, those of unknown pods among them',
      target: 100,
      levels: [4000, 9500, 3000, 7000, 3200, 2000],
      pods: [{}, {}, {}, {}],
      expected: 24,
    },
    {
      name: 'fewer, with missing pods taken for fully busy',
      target: 100,
      levels: [400, 95],
      pods: [{}, {}, {}, {}],
      expected: 3,
    },
    {
      name: 'no change at the target with a pod missing',
      target: 100,
      levels: [1000],
      pods: [{}, {}],
      expected: 2,
    },
    {
      name: 'no change when a missing pod cancels the rise',
      target: 100,
      levels: [1900],
      pods: [{}, {}],
      expected: 2,
    },
    {
      name: 'no change when a missing pod cancels the fall',
      target: 100,
      levels: [600],
      pods: [{}, {}],
      expected: 2,
    },
    {
      name: 'a little more with a pod unready and one missing',
      target: 50,
      levels: [100, 2000],
      pods: [neverReady, {}, {}],
      expected: 4,
    },
  ])('$name', ({ target, levels, pods, expected }) => {
    const currentReplicas = pods.filter((pod) => !('phase' in pod) && !('deleted' in pod)).length;
    const inputs = syncOf(currentReplicas, 0, {
      pods: withPods(pods as Partial<HpaPod>[]),
      metrics: [{ pods: samplesOf(levels) }],
    });
    expect(proposed(hpaOf({ maxReplicas: 100, metrics: [cpuUtilization(target)] }), inputs)).toBe(expected);
  });
});

describe('an External metric asks for', () => {
  // Expected: replica_calculator_test.go, TestReplicaCalcExternalPerPodMetric, TestReplicaCalcExternalMetric.
  it.each([
    { metric: externalAverage('2150m'), replicas: 3, value: 8600, unready: 0, expected: 4 },
    { metric: externalAverage('2867m'), replicas: 5, value: 8600, unready: 0, expected: 3 },
    { metric: externalAverage('2900m'), replicas: 3, value: 8600, unready: 0, expected: 3 },
    { metric: externalValue('4400m'), replicas: 3, value: 8600, unready: 2, expected: 2 },
    { metric: externalValue('14334m'), replicas: 5, value: 8600, unready: 0, expected: 3 },
    { metric: externalValue('8888m'), replicas: 3, value: 8600, unready: 0, expected: 3 },
  ])('$expected replicas for $value milli on $replicas', ({ metric, replicas, value, unready, expected }) => {
    const pods = podsOf(replicas).map((pod, index) => (index < unready ? { ...pod, ready: false } : pod));
    const inputs = syncOf(replicas, 0, { pods, metrics: [{ values: [value] }] });
    expect(proposed(hpaOf({ metrics: [metric] }), inputs)).toBe(expected);
  });

  it('the sum of its series', () => {
    const inputs = syncOf(3, 0, { metrics: [{ values: [40_000, 50_000, 10_000] }] });
    expect(proposed(hpaOf({ metrics: [externalAverage('20')] }), inputs)).toBe(5);
  });
});

describe('a proposal beyond int32', () => {
  // Expected: GetExternalPerPodMetricReplicas of 1.33 and 1.34, getUsageRatioReplicaCount of 1.34 and 1.35; int32 of
  // a float64 on amd64.
  const huge = syncOf(1, 0, { metrics: [{ values: [2 ** 45] }] });
  it.each([
    ['an average', '1.34.0', 2 ** 31 - 1],
    ['an average', '1.33.7', -(2 ** 31)],
    ['a value', '1.35.0', 2 ** 31 - 1],
    ['a value', '1.34.3', -(2 ** 31)],
  ])('of %s metric is in %s %d', (kind, kubernetesVersion, expected) => {
    const metric = kind === 'a value' ? externalValue('1') : externalAverage('1');
    expect(proposed(hpaOf({ metrics: [metric] }, { kubernetesVersion }), huge)).toBe(expected);
  });

  it('wraps to the minimum where it is not capped', () => {
    const hpa = hpaOf({ minReplicas: 2, metrics: [externalAverage('1')] }, { kubernetesVersion: '1.33.7' });
    expect(decide(hpa, syncOf(5, 0, { metrics: [{ values: [2 ** 45] }] })).desiredReplicas).toBe(5);
    expect(decide(hpa, syncOf(5, 0, { metrics: [{ values: [2 ** 45] }] })).conditions[0]?.reason).toBe(
      'ScaleDownStabilized',
    );
  });
});

it('counts ready pods for a value only while they run', () => {
  // Hand sum: 2 × 1 running pod; with the pending one, whose Ready condition is stale, it would be 4.
  const pods = [podOf('p0'), podOf('p1', { phase: 'Pending' })];
  const inputs = syncOf(2, 0, { pods, metrics: [{ values: [20_000] }] });
  expect(proposed(hpaOf({ metrics: [externalValue('10')] }), inputs)).toBe(2);
});

it('does not scale down on a high load because pods are not there yet', () => {
  // Hand sum: 3 × 100 % and a missing 0 are 75 % of 4 pods, 1.5 × 4 = 6 < the 10 that were asked for.
  const inputs = syncOf(10, 0, { pods: podsOf(4), metrics: [{ pods: samplesOf([1000, 1000, 1000, null]) }] });
  expect(proposed(hpaOf({ metrics: [cpuUtilization(50)] }), inputs)).toBe(10);
});

it('counts samples of unknown pods into the average of a Pods metric', () => {
  // Hand sum: (10 + 10 + 40) / 3 samples = 20 each against 10: ratio 2 × 2 ready pods; without the stray 2.
  const inputs = syncOf(2, 0, { metrics: [{ pods: samplesOf([10_000, 10_000, 40_000]) }] });
  expect(proposed(hpaOf({ metrics: [podsAverage('10')] }), inputs)).toBe(4);
});

it('adds up memory beyond 2^53 / 100 milli-bytes exactly', () => {
  // 500 pods of 100 GiB at 79.999…%: one byte below 80 % is 79 % in int64, which times 100 does not fit a float64.
  const request = 100 * 2 ** 30 * 1000;
  const pods = podsOf(80).map((pod) => ({ ...pod, requests: { app: { memory: request } } }));
  const below = request * 0.8 - 1;
  const hpa = hpaOf({
    maxReplicas: 100,
    metrics: [
      {
        type: 'Resource',
        resource: { name: 'memory', target: { type: 'Utilization', averageUtilization: 40 } },
      },
    ],
  });
  const at = (value: number) =>
    proposed(hpa, syncOf(80, 0, { pods, metrics: [{ pods: samplesOf(pods.map(() => value)) }] }));
  expect(at(request * 0.8)).toBe(160);
  expect(at(below)).toBe(158);
});

describe('of several metrics', () => {
  const hpa = hpaOf({ metrics: [cpuUtilization(50), externalAverage('10')], behavior: {} });
  const failed = { error: true };

  it('the highest proposal counts', () => {
    const cpu = syncOf(4, 600).metrics[0] ?? {};
    const { proposals, desiredReplicas } = decide(
      hpa,
      syncOf(4, 0, { metrics: [cpu, { values: [70_000] }] }),
    );
    expect(proposals.map(({ replicas }) => replicas)).toEqual([5, 7]);
    expect(desiredReplicas).toBe(7);
  });

  it('a failing one does not keep the others from scaling up', () => {
    const decision = decide(hpa, syncOf(4, 0, { metrics: [failed, { values: [70_000] }] }));
    expect(decision.scaledTo).toBe(7);
    expect(reasonsOf(decision.conditions)).toMatchObject({ ScalingActive: 'ValidMetricFound' });
  });

  it('a failing one keeps the others from scaling down, and gives the reason', () => {
    const decision = decide(hpa, syncOf(4, 0, { metrics: [failed, { values: [10_000] }] }));
    expect(decision.scaledTo).toBeNull();
    expect(reasonsOf(decision.conditions)).toEqual({
      AbleToScale: 'SucceededGetScale',
      ScalingActive: 'FailedGetResourceMetric',
    });
  });

  it('all failing, the first one gives the reason and desiredReplicas stays', () => {
    const state = createHpaState({ desiredReplicas: 3 });
    const decision = reconcile(hpa, state, syncOf(4, 0, { metrics: [{}, failed] }));
    expect(decision.desiredReplicas).toBe(3);
    expect(reasonsOf(decision.conditions).ScalingActive).toBe('FailedGetResourceMetric');
    expect(decision.proposals.map(({ problem }) => problem)).toEqual([
      'the metrics API answered an error or nothing',
      'the metrics API answered an error or nothing',
    ]);
  });
});

describe('a count out of range', () => {
  it('is brought to the maximum without looking at metrics', () => {
    const decision = decide(hpaOf({ maxReplicas: 10 }), syncOf(12, 0, { metrics: [] }));
    expect(decision).toMatchObject({ scaledTo: 10, desiredReplicas: 10, proposals: [] });
  });

  it('is brought to the minimum without looking at metrics', () => {
    expect(decide(hpaOf({ minReplicas: 4 }), syncOf(2, 0, { metrics: [] })).scaledTo).toBe(4);
  });
});

describe('a request that cannot be told', () => {
  it('fails the metric even when the pod without one is ignored', () => {
    const pods = withPods([{}, { phase: 'Failed', requests: { app: { memory: 1 } } }]);
    const inputs = syncOf(1, 0, { pods, metrics: [{ pods: samplesOf([900]) }] });
    expect(decide(hpaOf(), inputs).proposals[0]?.problem).toBe('a pod has no request for the resource');
  });

  it('fails the metric when the only samples are of pods that are gone', () => {
    const inputs = syncOf(1, 0, {
      metrics: [{ pods: { gone: { value: 5, atMs: anHourMs, windowMs: 15_000 } } }],
    });
    expect(decide(hpaOf(), inputs).proposals[0]?.problem).toBe('no metrics returned matched known pods');
  });

  it('does not matter to a pod called like a property of every object', () => {
    const pods = [podOf('constructor', { requests: { constructor: { cpu: 1000 } } })];
    const inputs = syncOf(1, 0, { pods, metrics: [{ pods: samplesOf([900]) }] });
    expect(decide(hpaOf(), inputs).proposals[0]?.problem).toBe('no metrics returned matched known pods');
  });
});

describe('an input no controller could have read is refused', () => {
  const code = 'BAD_HPA_INPUT';
  it.each([
    ['a metric nobody recorded', syncOf(2, 500, { metrics: [] }), /^metrics\[0\]: nothing was recorded/],
    [
      'more answers than there are metrics',
      syncOf(2, 500, { metrics: [{ pods: samplesOf([500, 500]) }, { error: true }] }),
      /^metrics: there are 2 answers, and the HPA has 1 metrics/,
    ],
    ['series for a metric over pods', syncOf(2, 0, { metrics: [{ values: [1] }] }), /^metrics\[0\]\.values/],
    ['a negative sample', syncOf(1, -5), /^metrics\[0\]\.pods: adds up to -5/],
    ['a sample that is no number', syncOf(1, Number.NaN), /^metrics\[0\]\.pods: adds up to NaN/],
    ['samples beyond 2^53', syncOf(2, 2 ** 53 - 1), /^metrics\[0\]\.pods: adds up to/],
  ])('%s', (_, inputs, message) => {
    expect(() => decide(hpaOf(), inputs)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  it('two values for an Object metric', () => {
    const hpa = hpaOf({
      metrics: [
        {
          type: 'Object',
          object: {
            describedObject: { kind: 'Service', name: 's' },
            metric: { name: 'm' },
            target: { type: 'Value', value: '5' },
          },
        },
      ],
    });
    expect(() => decide(hpa, syncOf(1, 0, { metrics: [{ values: [1, 2] }] }))).toThrow(/has 2 entries/);
    expect(() => decide(hpa, syncOf(1, 0, { metrics: [{ pods: {} }] }))).toThrow(/metrics\[0\]\.pods/);
  });
});
