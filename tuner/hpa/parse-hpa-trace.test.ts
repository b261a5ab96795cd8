import { describe, expect, it } from 'vitest';
import { defaultControllerFlags } from './controller-flags.ts';
import { specOf, syncOf } from './fixtures/build-sync.ts';
import { parseHpaTrace } from './parse-hpa-trace.ts';
import { prepareTrace, replayTrace } from './replay-trace.ts';

const syncs = [
  { ...syncOf(2, 900), atMs: 0, scaledTo: null, desiredReplicas: 2, conditions: [] },
  { ...syncOf(2, 900), atMs: 15_000, scaledTo: 4, desiredReplicas: 4, conditions: [] },
];
const trace = {
  kubernetes: '1.37.2',
  controllerFlags: defaultControllerFlags,
  hpa: { spec: specOf() },
  syncs,
};

/** The trace as JSON would bring it, with one field set to something else; undefined leaves it out. */
function spoiled(path: string, value: unknown): unknown {
  const copy = JSON.parse(JSON.stringify(trace)) as Record<string, unknown>;
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const holder = keys.reduce((at, key) => at[key] as Record<string, unknown>, copy);
  holder[last] = value;
  return copy;
}

describe('parseHpaTrace', () => {
  it('takes a trace without decisions: they are for comparing only', () => {
    const bare = {
      ...trace,
      syncs: syncs.map(({ scaledTo, desiredReplicas, conditions, ...inputs }) => inputs),
    };
    expect(replayTrace(prepareTrace(parseHpaTrace(bare, 'f'))).map(({ scaledTo }) => scaledTo)).toEqual([
      4, 4,
    ]);
  });

  it.each<[string, string, unknown, string]>([
    ['a count that is missing', 'syncs.0.specReplicas', undefined, 'f: syncs[0].specReplicas: '],
    [
      'a negative count',
      'syncs.1.statusReplicas',
      -1,
      'f: syncs[1].statusReplicas: Too small: expected number to be >=0, got -1',
    ],
    ['a count that is null', 'syncs.0.specReplicas', null, 'f: syncs[0].specReplicas: '],
    ['a negative sample', 'syncs.0.metrics.0.pods.p1.value', -5, 'f: syncs[0].metrics[0].pods.p1.value: '],
    [
      'a sample beyond 2^53',
      'syncs.0.metrics.0.pods.p1.value',
      2 ** 53,
      'f: syncs[0].metrics[0].pods.p1.value: ',
    ],
    [
      'a fraction of a milli-unit',
      'syncs.0.metrics.0.pods.p1.value',
      0.5,
      'f: syncs[0].metrics[0].pods.p1.value: ',
    ],
    ['an unknown phase', 'syncs.0.pods.1.phase', 'Asleep', 'f: syncs[0].pods[1].phase: '],
    ['readiness that is no answer', 'syncs.0.pods.1.ready', 'yes', 'f: syncs[0].pods[1].ready: '],
    ['a negative request', 'syncs.0.pods.0.requests.app.cpu', -1, 'f: syncs[0].pods[0].requests.app.cpu: '],
    [
      'a misspelt answer',
      'syncs.0.metrics.0',
      { value: [3] },
      'f: syncs[0].metrics[0]: Unrecognized key: "value"',
    ],
    ['pods that are missing', 'syncs.1.pods', undefined, 'f: syncs[1].pods: '],
    [
      'a clock that runs backwards',
      'syncs.0.atMs',
      20_000,
      'f: syncs[1].atMs: 15000 lies before the sync at 20000',
    ],
    ['no syncs', 'syncs', undefined, 'f: syncs: '],
    ['no version', 'kubernetes', '', 'f: kubernetes: '],
    ['a flag that is missing', 'controllerFlags.tolerance', undefined, 'f: controllerFlags.tolerance: '],
    [
      'a negative flag',
      'controllerFlags.downscaleStabilizationSeconds',
      -1,
      'f: controllerFlags.downscaleStabilizationSeconds: ',
    ],
    ['a spec that the API server refuses', 'hpa.spec.maxReplicas', 0, 'f: hpa.spec.maxReplicas: '],
    [
      'an edited spec that it refuses',
      'syncs.1.spec',
      { maxReplicas: 3 },
      'f: syncs[1].spec.scaleTargetRef: ',
    ],
  ])('refuses %s by its path', (_, path, value, message) => {
    const read = () => parseHpaTrace(spoiled(path, value), 'f');
    expect(read).toThrow(
      expect.objectContaining({
        exitCode: 2,
        code: expect.stringMatching(/^BAD_HPA_(TRACE|SPEC)$/),
        message: expect.stringContaining(message),
      }),
    );
  });

  it('names twenty problems and the number of the others', () => {
    const bad = { ...trace, syncs: Array.from({ length: 50 }, () => 7) };
    expect(() => parseHpaTrace(bad, 'f')).toThrow(/(f: syncs\[\d+\].*\n){20}and 30 more$/);
  });
});

describe('a replay', () => {
  it('keeps the controller’s memory when the HPA is edited', () => {
    // Expected: the maximum of the first spec at first, the new one as soon as the edit is seen.
    const edited = { ...trace, syncs: [syncs[0], { ...syncs[1], spec: specOf({ maxReplicas: 3 }) }] };
    expect(replayTrace(prepareTrace(parseHpaTrace(edited, 'f'))).map(({ scaledTo }) => scaledTo)).toEqual([
      4, 3,
    ]);
  });

  it('begins with the status that the HPA had', () => {
    const conditions = [{ type: 'ScaledToZero', status: 'False', reason: 'NotScaledToZero' }];
    const known = { ...trace, hpa: { ...trace.hpa, status: { desiredReplicas: 9, conditions } } };
    const [first] = replayTrace(prepareTrace(parseHpaTrace(known, 'f')));
    expect(first?.conditions[0]).toEqual({
      type: 'ScaledToZero',
      status: 'False',
      reason: 'NotScaledToZero',
    });
  });

  it('says at which sync a metric was needed that nobody recorded', () => {
    const parsed = parseHpaTrace(spoiled('syncs.1.metrics', []), 'f');
    expect(() => replayTrace(prepareTrace(parsed))).toThrow(
      expect.objectContaining({
        code: 'BAD_HPA_INPUT',
        message: expect.stringMatching(/^syncs\[1\]\.metrics\[0\]: nothing/),
      }),
    );
  });
});
