import { describe, expect, it } from 'vitest';
import type { RunnerUsage } from '../../contracts/generator-sample.ts';
import type { Runner, Runners } from '../../contracts/runners.ts';
import { shareAfter } from '../missing-share.ts';
import { runnerChecks } from './runner-checks.ts';
import { plan } from './testing/recorded-lines.ts';
import type { ValidityInput } from './validity-input.ts';

const runner = (index: number, fields: Partial<Runner> = {}): Runner => ({
  index,
  pod: `tune-load-1-${index}-x`,
  node: 'node-0',
  readySeconds: 5,
  startSeconds: 10,
  clockOffsetSeconds: 0.2,
  lostSeconds: null,
  lostBecause: null,
  hasEnded: true,
  logGaps: [],
  cpuLimitCores: 2,
  ...fields,
});
const usage = (atSeconds: number, cpuCores: number): RunnerUsage => ({
  type: 'runner',
  atSeconds,
  runner: 0,
  cpuCores,
  memoryBytes: 1e8,
});

/** The load of recorded-lines: one rate from second 10 to 110. */
function judge(runners: readonly Runner[], runnerUsage: readonly RunnerUsage[] = [usage(50, 0.5)]) {
  const group: Runners = {
    schemaVersion: 1,
    kind: 'job',
    namespace: 'dify',
    name: 'tune-load-1',
    image: 'k6',
    parallelism: runners.length,
    runners: [...runners],
  };
  const input = { plan, loadStartSeconds: 10, loadEndSeconds: 110, runnerUsage } as unknown as ValidityInput;
  return Object.fromEntries(runnerChecks(group).map((check) => [check(input).id, check(input)]));
}

describe('runnerChecks', () => {
  it('passes what went well', () => {
    const checks = judge([runner(0), runner(1, { startSeconds: 10.1 })]);
    expect(checks['runners-lost']).toMatchObject({ isPassed: true, value: 0 });
    expect(checks['runner-start-spread']).toMatchObject({ isPassed: true, value: 0.1 });
    expect(checks['runner-clock-skew']).toMatchObject({ isPassed: true, value: 0.2 });
    expect(checks['runner-logs']).toMatchObject({ isPassed: true, value: 0 });
    expect(checks['generator-cpu']).toMatchObject({ isPassed: true, value: 0 });
    expect(checks['generator-open-files']).toMatchObject({ isPassed: null });
  });

  it('says which runner is lost, from when, why, and what share of the arrivals is missing', () => {
    // Of four runners one is gone for the second half: an eighth of all arrivals.
    const lost = { lostSeconds: 60, lostBecause: 'OOMKilled, k6 ended with code 137' };
    const check = judge([runner(0), runner(1), runner(2, lost), runner(3)])['runners-lost'];
    expect(check).toMatchObject({ isPassed: false, severity: 'weakens' });
    expect(check?.value).toBeCloseTo(0.125, 6);
    expect(check?.because).toBe(
      '12.5% of the arrivals are missing; lost: runner 2 (tune-load-1-2-x) from second 60 on: OOMKilled, k6 ended with code 137',
    );
  });

  it('calls a run invalid that is short of more than a quarter of its load', () => {
    const lost = { lostSeconds: 40, lostBecause: 'x' };
    expect(judge([runner(0), runner(1, lost)])['runners-lost']).toMatchObject({
      isPassed: false,
      severity: 'invalidates',
      value: 0.35,
    });
  });

  it('passes over a runner that is lost when nothing is left to do', () => {
    const lost = { lostSeconds: 109.5, lostBecause: 'x' };
    expect(judge([runner(0), runner(1, lost)])['runners-lost']).toMatchObject({ isPassed: true });
  });

  it.each([
    { id: 'runner-start-spread', runners: [runner(0), runner(1, { startSeconds: 17 })], value: 7 },
    { id: 'runner-clock-skew', runners: [runner(0, { clockOffsetSeconds: -30 })], value: 30 },
    // 10 s of 2 × 100 s.
    {
      id: 'runner-logs',
      runners: [runner(0, { logGaps: [{ fromSeconds: 5, toSeconds: 20 }] }), runner(1)],
      value: 0.05,
    },
  ])('fails $id by its number', ({ id, runners, value }) => {
    expect(judge(runners)[id]).toMatchObject({ isPassed: false, value });
  });

  it.each([
    {
      name: 'at its limit',
      samples: [usage(20, 1.95), usage(40, 0.4)],
      limit: 2,
      expected: { isPassed: false, value: 0.5 },
    },
    { name: 'outside of the load', samples: [usage(5, 2)], limit: 2, expected: { isPassed: null } },
    { name: 'without a limit', samples: [usage(20, 1.2)], limit: null, expected: { isPassed: null } },
    { name: 'unknown', samples: [], limit: 2, expected: { isPassed: null } },
  ])("judges a runner's CPU $name", ({ samples, limit, expected }) => {
    expect(judge([runner(0, { cpuLimitCores: limit })], samples)['generator-cpu']).toMatchObject(expected);
  });
});

describe('shareAfter', () => {
  const ramp = {
    ...plan,
    scenarios: plan.scenarios.map((scenario) => ({
      ...scenario,
      startArrivalsPerSecond: 0,
      stages: [
        { durationSeconds: 10, arrivalsPerSecond: 10 },
        { durationSeconds: 0, arrivalsPerSecond: 30 },
        { durationSeconds: 10, arrivalsPerSecond: 30 },
      ],
    })),
  };

  it.each([
    { name: 'all is still to come', at: -5, share: 1 },
    { name: 'half of a ramp of 50 arrivals: a quarter of them is gone', at: 5, share: (37.5 + 300) / 350 },
    { name: 'at the jump', at: 10, share: 300 / 350 },
    { name: 'in the middle of the last stage', at: 15, share: 150 / 350 },
    { name: 'at the end', at: 20, share: 0 },
    { name: 'behind it', at: 30, share: 0 },
  ])('knows what of the arrivals is left: $name', ({ at, share }) => {
    expect(shareAfter(ramp, at)).toBeCloseTo(share, 9);
  });
});
