import type { SimulatedOutcome } from '../contracts/advice.ts';
import type { ComponentName } from '../contracts/component.ts';
import type { SimulationSummary } from '../simulate/result.ts';
import { meanInterval } from '../stats/mean-interval.ts';
import type { AdviceConfig, PerComponent } from './options.ts';

/** What one set of settings led to, over all replications. */
export interface SettingsOutcome {
  readonly summaries: readonly SimulationSummary[];
  /** Violated minutes: mean and 95 % interval over replications. */
  readonly violated: { readonly mean: number; readonly low: number; readonly high: number };
  /** What is minimized: money, or replica-hours where no price is known. */
  readonly cost: number;
}

export function settingsOutcome(
  summaries: readonly SimulationSummary[],
  prices: AdviceConfig['replicaHourPrice'],
): SettingsOutcome {
  return {
    summaries,
    violated: meanInterval(summaries.map(({ sloViolatedMinutes }) => sloViolatedMinutes)),
    cost: meanOf(summaries, (summary) => weighedHours(summary.replicaHours, prices)),
  };
}

/** Without any price each replica-hour counts 1; a component without one costs what the others do on average. */
function weighedHours(hours: PerComponent<number>, prices: AdviceConfig['replicaHourPrice']): number {
  const known = Object.values(prices);
  const usual = known.length === 0 ? 1 : known.reduce((sum, price) => sum + price, 0) / known.length;
  return (Object.entries(hours) as [ComponentName, number][]).reduce(
    (sum, [name, value]) => sum + value * (prices[name] ?? usual),
    0,
  );
}

function meanOf(
  summaries: readonly SimulationSummary[],
  value: (summary: SimulationSummary) => number,
): number {
  return summaries.reduce((sum, summary) => sum + value(summary), 0) / Math.max(1, summaries.length);
}

/** In the form of advice.json. */
export function simulatedOutcome(
  { summaries, violated }: SettingsOutcome,
  prices: AdviceConfig['replicaHourPrice'],
): SimulatedOutcome {
  const names = Object.keys(summaries[0]?.replicaHours ?? {}) as ComponentName[];
  const replicaHours: PerComponent<number> = {};
  for (const name of names)
    replicaHours[name] = meanOf(summaries, (summary) => summary.replicaHours[name] ?? 0);
  const mean = (value: (summary: SimulationSummary) => number) => meanOf(summaries, value);
  const requests = mean(({ requests }) => requests);
  return {
    sloViolatedMinutes: violated,
    replicaHours,
    cost: Object.keys(prices).length === 0 ? null : weighedHours(replicaHours, prices),
    flaps: mean(({ flaps }) => flaps),
    rescales: mean(({ rescales }) => rescales),
    cutStreams: mean(({ cutStreams }) => cutStreams),
    lostRuns: mean(({ lostRuns }) => lostRuns),
    timeToFirstTokenP95Seconds: meanOrNull(summaries, worstFirstToken),
    queueWaitP95Seconds: meanOrNull(summaries, ({ queueWaitP95Seconds }) => queueWaitP95Seconds),
    errorRatio: requests === 0 ? 0 : mean(({ failedRequests }) => failedRequests) / requests,
  };
}

/** Of the class that waits longest. */
function worstFirstToken({ firstTokenP95Seconds }: SimulationSummary): number | null {
  const values = Object.values(firstTokenP95Seconds);
  return values.length === 0 ? null : Math.max(...values);
}

function meanOrNull(
  summaries: readonly SimulationSummary[],
  value: (summary: SimulationSummary) => number | null,
): number | null {
  const known = summaries.map(value).filter((one) => one !== null);
  return known.length === 0 ? null : known.reduce((sum, one) => sum + one, 0) / known.length;
}
