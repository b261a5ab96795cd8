import type { Options, RampingArrivalRateScenario } from 'k6/options';
import type { LoadPlan, PlannedScenario } from '../../tuner/contracts/load-plan.ts';
import { replayStages } from './replay-stages.ts';

/** k6 takes whole numbers as rates; per 1,000 s they stand for thousandths of an arrival per second. */
const timeUnitSeconds = 1000;
/** Documents that a stopped run has left are deleted then. */
const teardownSeconds = 60;

/** Arrivals of a scenario's replay, by its name; empty or absent: its stages make them. */
export type ReplayedArrivals = (scenarioName: string) => ArrayLike<string>;

/** The first makes VUs before arrivals are dropped, and is part of this project's k6 alone. */
export type ArrivalExecutor = 'growing-arrival-rate' | 'ramping-arrival-rate';

/**
 * k6's options for a plan.
 *
 * @param nowMs wall clock; only a plan that names its start looks at it
 */
export function k6Options(
  plan: LoadPlan,
  nowMs: number,
  {
    replayed = () => [],
    executor = 'growing-arrival-rate',
  }: { replayed?: ReplayedArrivals; executor?: ArrivalExecutor } = {},
): Options {
  const startMs = plan.startAt === undefined ? 0 : Math.max(0, Date.parse(plan.startAt) - nowMs);
  return {
    scenarios: Object.fromEntries(
      plan.scenarios.map((scenario) => [
        scenario.name,
        {
          ...arrivalRate(scenario, startMs, replayed(scenario.name)),
          ...executorOf(executor),
          ...(executor === 'growing-arrival-rate' ? spacingOf(scenario, plan.seed) : {}),
        },
      ]),
    ),
    // What a load test needs of k6's tags; each further one is another dimension in every output.
    systemTags: ['scenario', 'method', 'name', 'status', 'proto', 'expected_response'],
    teardownTimeout: `${teardownSeconds}s`,
  };
}

function arrivalRate(
  scenario: PlannedScenario,
  startMs: number,
  arrivals: ArrayLike<string>,
): Omit<RampingArrivalRateScenario, 'executor'> {
  return {
    exec: scenario.kind,
    startTime: `${startMs}ms`,
    ...(arrivals.length > 0 ? replay(arrivals) : stagesOf(scenario)),
    preAllocatedVUs: scenario.preAllocatedVUs,
    maxVUs: Math.max(scenario.preAllocatedVUs, scenario.maxVUs),
    gracefulStop: `${Math.round(scenario.gracefulStopSeconds * 1000)}ms`,
  };
}

/** Both take the options of the latter; k6's types know their own executor alone. */
function executorOf(executor: ArrivalExecutor): Pick<RampingArrivalRateScenario, 'executor'> {
  return { executor: executor as 'ramping-arrival-rate' };
}

/** Even arrivals go without a word, so that an image built before there were others makes them too. */
function spacingOf({ arrivalSpacing }: PlannedScenario, seed: number): object {
  return arrivalSpacing === 'random' ? { arrivalSpacing, seed } : {};
}

type Arrivals = Pick<RampingArrivalRateScenario, 'timeUnit' | 'startRate' | 'stages'>;

function stagesOf(scenario: PlannedScenario): Arrivals {
  return {
    timeUnit: `${timeUnitSeconds}s`,
    startRate: rate(scenario.startArrivalsPerSecond),
    stages: scenario.stages.map((stage) => ({
      duration: `${Math.round(stage.durationSeconds * 1000)}ms`,
      target: rate(stage.arrivalsPerSecond),
    })),
  };
}

function replay(arrivals: ArrayLike<string>): Arrivals {
  const { timeUnit, startRate, stages } = replayStages(Array.from(arrivals, Number.parseFloat));
  return { timeUnit, startRate, stages };
}

function rate(arrivalsPerSecond: number): number {
  return Math.round(arrivalsPerSecond * timeUnitSeconds);
}
