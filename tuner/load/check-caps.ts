import type { Config } from '../contracts/config.ts';
import type { LoadPlan, PlannedScenario } from '../contracts/load-plan.ts';
import { exitCodes, TuneError } from '../errors.ts';
import { arrivalSeconds, edgesOf, plannedSeconds, rateAround } from './load-marks.ts';

/**
 * Refuses load above the caps before any of it is made: the peak in requests per second, every message of a
 * conversation being one, and the duration.
 *
 * @throws TuneError CAP_EXCEEDED naming every cap at once
 */
export function checkCaps(plan: LoadPlan, caps: Config['caps']): void {
  const peak = round(Math.max(peakOfStages(plan), peakOfReplay(plan)));
  const duration = round(plannedSeconds(plan));
  const mistakes = [
    peak > caps.maxArrivalsPerSecond
      ? `${peak} arrivals/s are above caps.maxArrivalsPerSecond (${caps.maxArrivalsPerSecond})`
      : null,
    duration > caps.maxDuration
      ? `${duration} s of load are above caps.maxDuration (${caps.maxDuration} s)`
      : null,
  ].filter((mistake) => mistake !== null);
  if (mistakes.length === 0) return;
  throw new TuneError({
    code: 'CAP_EXCEEDED',
    message: `the profile asks for more load than is allowed: ${mistakes.join('; ')}`,
    why: 'the caps in tune.yaml keep a typing mistake from becoming an outage or a bill',
    next: 'lower the load of the profile, or raise the caps if you mean it',
    exitCode: exitCodes.usage,
  });
}

/** Rates are straight between edges, so their sum is highest at one of these. */
function peakOfStages(plan: LoadPlan): number {
  const edges = edgesOf(plan.scenarios);
  return Math.max(
    0,
    ...edges.flatMap((edge) =>
      (['before', 'after'] as const).map((side) =>
        plan.scenarios.reduce((sum, each) => sum + rateAround(each, edge, side) * turnsOf(each), 0),
      ),
    ),
  );
}

/** Most arrivals that begin within a second of each other: the mean rates of a replay hide its bursts. */
function peakOfReplay(plan: LoadPlan): number {
  const starts = plan.scenarios
    .flatMap((each) => arrivalSeconds(each).map((atSeconds) => ({ atSeconds, turns: turnsOf(each) })))
    .sort((a, b) => a.atSeconds - b.atSeconds);
  let peak = 0;
  let within = 0;
  let oldest = 0;
  for (const { atSeconds, turns } of starts) {
    within += turns;
    while ((starts[oldest]?.atSeconds ?? atSeconds) <= atSeconds - 1) within -= starts[oldest++]?.turns ?? 0;
    peak = Math.max(peak, within);
  }
  return peak;
}

function turnsOf({ turns = 1 }: PlannedScenario): number {
  return turns;
}

/** Shares that are multiplied and added up again leave the last digits astray. */
function round(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
