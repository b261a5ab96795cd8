import type { LoadPlan, PlannedScenario } from '../contracts/load-plan.ts';
import type { RunEvent } from '../contracts/run-event.ts';

type LoadMark = Extract<RunEvent, { type: 'load' }>;

/**
 * The beginning of the load and of each of its stages, in seconds since the plan's second 0.
 *
 * Stages of no length are jumps: they show in the rate of the stage behind them.
 */
export function plannedMarks(plan: LoadPlan): Pick<LoadMark, 'atSeconds' | 'mark' | 'arrivalsPerSecond'>[] {
  return edgesOf(plan.scenarios, 'without the end').map((atSeconds) => ({
    atSeconds,
    mark: atSeconds === 0 ? 'started' : 'stage',
    arrivalsPerSecond: plan.scenarios.reduce((sum, each) => sum + rateAround(each, atSeconds, 'after'), 0),
  }));
}

/** Seconds from the plan's second 0 to its last arrival. */
export function plannedSeconds(plan: Pick<LoadPlan, 'scenarios'>): number {
  return Math.max(...plan.scenarios.map(secondsOf));
}

function secondsOf({ stages }: PlannedScenario): number {
  return stages.reduce((sum, stage) => sum + stage.durationSeconds, 0);
}

/** Moments at which a stage of any scenario begins, and the ends. */
export function edgesOf(scenarios: LoadPlan['scenarios'], ends?: 'without the end'): number[] {
  const edges = new Set<number>([0]);
  for (const { stages } of scenarios) {
    let atSeconds = 0;
    for (const stage of ends === undefined ? stages : stages.slice(0, -1)) {
      atSeconds += stage.durationSeconds;
      edges.add(atSeconds);
    }
  }
  return [...edges].sort((a, b) => a - b);
}

/**
 * Planned rate of a scenario just before or just after a moment.
 *
 * @returns 0 outside of its stages
 */
export function rateAround(scenario: PlannedScenario, atSeconds: number, side: 'before' | 'after'): number {
  let beganAt = 0;
  let rate = scenario.startArrivalsPerSecond;
  for (const stage of scenario.stages) {
    const endsAt = beganAt + stage.durationSeconds;
    const isIn = side === 'after' ? endsAt > atSeconds : endsAt >= atSeconds && endsAt > beganAt;
    if (isIn) {
      if (side === 'before' && atSeconds <= beganAt) return 0;
      const share = (atSeconds - beganAt) / stage.durationSeconds;
      return rate + share * (stage.arrivalsPerSecond - rate);
    }
    beganAt = endsAt;
    rate = stage.arrivalsPerSecond;
  }
  return 0;
}

/** Moments of a replay's arrivals since second 0; empty where the stages make them. */
export function arrivalSeconds({ arrivals = [] }: PlannedScenario): number[] {
  return arrivals.map((arrival) => Number.parseFloat(arrival));
}
