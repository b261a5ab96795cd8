import type { Runner, Runners } from '../../contracts/runners.ts';
import { shareAfter } from '../missing-share.ts';
import { atMost, type Check, cannotJudge, percent } from './validity-input.ts';

/** Checks of a load that came from several pods. */
export function runnerChecks(group: Runners): Check[] {
  return [runnersLost, startSpread, clockSpread, runnerLogs, runnerCpu, runnerOpenFiles, runnerPorts].map(
    (check) => (input) => check(group, input),
  );
}

type RunnerCheck = (group: Runners, input: Parameters<Check>[0]) => ReturnType<Check>;

/** A load that is short of this much is another one than was planned. */
const tooMuchMissing = 0.25;

/** Every runner's share is equal, so what is missing follows from the plan's rates; of random arrivals, in the mean. */
const runnersLost: RunnerCheck = ({ runners, parallelism }, { plan, loadStartSeconds }) => {
  const lost = runners.filter(({ lostSeconds }) => lostSeconds !== null);
  const missing = lost.reduce(
    (sum, { lostSeconds }) => sum + shareAfter(plan, (lostSeconds ?? 0) - loadStartSeconds) / parallelism,
    0,
  );
  const judged = {
    id: 'runners-lost',
    unit: 'ratio',
    limit: 0.01,
    severity: missing > tooMuchMissing ? ('invalidates' as const) : ('weakens' as const),
  };
  if (lost.length === 0) return atMost(judged, 0, `all ${parallelism} runners ran to their end`);
  const list = lost.map(
    ({ index, pod, lostSeconds, lostBecause }) =>
      `runner ${index} (${pod ?? 'no pod'}) from second ${Math.round(lostSeconds ?? 0)} on: ${lostBecause}`,
  );
  return atMost(judged, missing, `${percent(missing)} of the arrivals are missing; lost: ${list.join('; ')}`);
};

const startSpread: RunnerCheck = ({ runners }) => {
  const judged = { id: 'runner-start-spread', unit: 's', severity: 'weakens', limit: 2 } as const;
  const starts = runners.flatMap(({ startSeconds }) => startSeconds ?? []);
  if (starts.length === 0) return cannotJudge(judged, 'no runner told when it began');
  const spread = round(Math.max(...starts) - Math.min(...starts));
  return atMost(judged, spread, `the last runner began ${spread} s after the first, by their own clocks`);
};

/** Beyond a log's delay: seconds of one runner would be added to other seconds of another. */
const clockSpread: RunnerCheck = ({ runners }) => {
  const judged = { id: 'runner-clock-skew', unit: 's', severity: 'weakens', limit: 2 } as const;
  const offsets = runners.flatMap(({ clockOffsetSeconds }) => clockOffsetSeconds ?? []);
  if (offsets.length === 0) return cannotJudge(judged, "no runner's clock was seen");
  const worst = round(offsets.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a)));
  const because = `the clocks of the runners are at most ${Math.abs(worst)} s from this machine's, the delay of their logs included`;
  return atMost(judged, Math.abs(worst), because);
};

/** What the cluster no longer had when it was asked for again is in no percentile. */
const runnerLogs: RunnerCheck = ({ runners, parallelism }, { loadStartSeconds, loadEndSeconds }) => {
  const judged = { id: 'runner-logs', unit: 'ratio', severity: 'invalidates', limit: 0.01 } as const;
  const within = ({ fromSeconds, toSeconds }: Runner['logGaps'][number]) =>
    Math.max(0, Math.min(toSeconds, loadEndSeconds) - Math.max(fromSeconds, loadStartSeconds));
  const seconds = runners.flatMap(({ logGaps }) => logGaps).reduce((sum, gap) => sum + within(gap), 0);
  const ratio = seconds / Math.max(1, (loadEndSeconds - loadStartSeconds) * parallelism);
  return atMost(
    judged,
    ratio,
    seconds === 0
      ? 'every line that the runners wrote was read'
      : `${round(seconds)} s of the runners' logs were gone before they were read`,
  );
};

/** Of its limit; above it the kernel stops the runner for part of each period. */
const fullRatio = 0.9;

const runnerCpu: RunnerCheck = ({ runners }, { runnerUsage, loadStartSeconds, loadEndSeconds }) => {
  const judged = { id: 'generator-cpu', unit: 'ratio', severity: 'invalidates', limit: 0.1 } as const;
  const unknown = { ...judged, severity: 'weakens' as const };
  const during = runnerUsage.filter(
    ({ atSeconds }) => atSeconds >= loadStartSeconds && atSeconds <= loadEndSeconds,
  );
  if (during.length === 0) {
    return cannotJudge(unknown, "metrics.k8s.io had no sample of the runners' pods during the load");
  }
  const limits = new Map(runners.map(({ index, cpuLimitCores }) => [index, cpuLimitCores]));
  const ratios = during.flatMap(({ runner, cpuCores }) => {
    const limit = limits.get(runner) ?? null;
    return limit === null ? [] : [cpuCores / limit];
  });
  const most = Math.max(...during.map(({ cpuCores }) => cpuCores));
  if (ratios.length === 0) {
    return cannotJudge(
      unknown,
      `a runner used at most ${most.toFixed(2)} cores; load.resources sets no CPU limit, and what its node had left is not known`,
    );
  }
  const full = ratios.filter((ratio) => ratio >= fullRatio).length / ratios.length;
  return atMost(
    judged,
    full,
    full === 0
      ? `no runner used more than ${percent(Math.max(...ratios))} of its CPU limit`
      : `runners were at their CPU limit in ${percent(full)} of the samples`,
  );
};

const runnerOpenFiles: RunnerCheck = () =>
  cannotJudge(
    { id: 'generator-open-files', unit: 'ratio', severity: 'weakens', limit: 0.9 },
    'the cluster does not tell how many files a pod has open',
  );

const runnerPorts: RunnerCheck = () =>
  cannotJudge(
    { id: 'generator-ports', unit: 'ratio', severity: 'weakens', limit: 0.8 },
    'the cluster does not tell how many ports a pod uses',
  );

function round(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}
