import type { LoadPlan } from '../contracts/load-plan.ts';

/** A stretch of time in which the offered load followed one stage of the plan. */
export interface Stretch {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  /** Planned arrivals per second of all classes together, mean over the stretch. */
  readonly arrivalsPerSecond: number;
}

/** Shorter stretches hold too few requests for a quantile. */
const shortestStretchSeconds = 8;

/**
 * The plan's stages as stretches on the run's time axis; jumps and stages too short to judge are left out.
 *
 * @param loadStartSeconds when the plan's second 0 was, in seconds since run start
 */
export function planStretches(plan: LoadPlan, loadStartSeconds: number): Stretch[] {
  const profiles = plan.scenarios.map((scenario) => rateProfile(scenario));
  const edges = [...new Set(profiles.flatMap((profile) => profile.map(({ atSeconds }) => atSeconds)))].sort(
    (a, b) => a - b,
  );
  return edges
    .slice(0, -1)
    .map((from, index) => {
      const to = edges[index + 1] ?? from;
      const middle = (from + to) / 2;
      return {
        fromSeconds: loadStartSeconds + from,
        toSeconds: loadStartSeconds + to,
        arrivalsPerSecond: profiles.reduce((sum, profile) => sum + rateAt(profile, middle), 0),
      };
    })
    .filter(({ fromSeconds, toSeconds }) => toSeconds - fromSeconds >= shortestStretchSeconds);
}

interface RatePoint {
  readonly atSeconds: number;
  readonly arrivalsPerSecond: number;
}

function rateProfile(scenario: LoadPlan['scenarios'][number]): RatePoint[] {
  let atSeconds = 0;
  const points: RatePoint[] = [{ atSeconds, arrivalsPerSecond: scenario.startArrivalsPerSecond }];
  for (const stage of scenario.stages) {
    atSeconds += stage.durationSeconds;
    points.push({ atSeconds, arrivalsPerSecond: stage.arrivalsPerSecond });
  }
  return points;
}

function rateAt(points: readonly RatePoint[], seconds: number): number {
  const next = points.findIndex(({ atSeconds }) => atSeconds > seconds);
  const after = points[next];
  const before = points[next - 1];
  if (!after || !before) return 0;
  const share = (seconds - before.atSeconds) / (after.atSeconds - before.atSeconds);
  return before.arrivalsPerSecond + share * (after.arrivalsPerSecond - before.arrivalsPerSecond);
}
