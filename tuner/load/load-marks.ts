import type { LoadPlan } from '../contracts/load-plan.ts';
import type { RunEvent } from '../contracts/run-event.ts';

type LoadMark = Extract<RunEvent, { type: 'load' }>;

/**
 * The beginning of the load and of each of its stages, in seconds since the plan's second 0.
 *
 * Stages of no length are jumps: they show in the rate of the stage behind them.
 */
export function plannedMarks(plan: LoadPlan): Pick<LoadMark, 'atSeconds' | 'mark' | 'arrivalsPerSecond'>[] {
  const edges = new Set<number>([0]);
  for (const { stages } of plan.scenarios) {
    let atSeconds = 0;
    for (const stage of stages.slice(0, -1)) {
      atSeconds += stage.durationSeconds;
      edges.add(atSeconds);
    }
  }
  return [...edges]
    .sort((a, b) => a - b)
    .map((atSeconds) => ({
      atSeconds,
      mark: atSeconds === 0 ? 'started' : 'stage',
      arrivalsPerSecond: plan.scenarios.reduce((sum, scenario) => sum + rateAfter(scenario, atSeconds), 0),
    }));
}

/** Seconds from the plan's second 0 to its last arrival. */
export function plannedSeconds(plan: LoadPlan): number {
  const lengths = plan.scenarios.map(({ stages }) =>
    stages.reduce((sum, stage) => sum + stage.durationSeconds, 0),
  );
  return Math.max(...lengths);
}

/** Planned rate just after a moment, jumps at that very moment done. */
function rateAfter(scenario: LoadPlan['scenarios'][number], atSeconds: number): number {
  let beganAt = 0;
  let rate = scenario.startArrivalsPerSecond;
  for (const stage of scenario.stages) {
    const endsAt = beganAt + stage.durationSeconds;
    if (endsAt > atSeconds) {
      const share = (atSeconds - beganAt) / stage.durationSeconds;
      return rate + share * (stage.arrivalsPerSecond - rate);
    }
    beganAt = endsAt;
    rate = stage.arrivalsPerSecond;
  }
  return 0;
}
