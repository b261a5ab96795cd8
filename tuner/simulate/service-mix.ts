import type { RequestClass } from '../contracts/component.ts';
import { newSurvivingSecond, survivingSecond } from './cpu-sharing.ts';
import type { CpuNeed } from './cpu-stage.ts';
import type { ComponentModel, Demand, SimulationModel } from './model.ts';

/**
 * Requests of several classes that are served alike, as one: means weighted by how many of each arrive.
 *
 * Each goes through three stages: CPU up to the first token, a time of waiting for others (the language model, the
 * database), CPU to the end.
 */
export interface ServiceMix {
  readonly classes: readonly RequestClass[];
  /** Seconds of CPU of one process at full speed, up to the first token and after it. */
  readonly cpuBefore: number;
  readonly cpuAfter: number;
  /** Both together. */
  readonly cpuSeconds: number;
  /** The same, with how much it differs from one request to the next. */
  readonly needBefore: CpuNeed;
  readonly needAfter: CpuNeed;
  /** Of the requests that wait for others, the share that still does a second later; of those that begin to. */
  readonly surviving: number;
  readonly newSurviving: number;
  /** Time that they wait for others: mean and squared coefficient of variation. */
  readonly waitSeconds: number;
  readonly waitSquaredVariation: number;
  readonly outlivesGraceRatio: number;
  /** To the first token when nothing waits, mean. */
  readonly firstTokenSeconds: number;
}

/**
 * Of a request's CPU this much comes before its first token, where nobody measured it.
 *
 * Dify 1.12.1: 143 ms for 20 tokens and 202 ms for 100, so 0.74 ms a token and 128 ms beside them; of those about
 * two thirds are spent before the model is called. With the tokens of a short answer: 60 %.
 */
const usualRatioBeforeFirstToken = 0.6;

/** Of the CPU that a request of the class takes on the component, the share before its first token. */
export function cpuRatioBefore(component: ComponentModel, name: RequestClass): number {
  return component.cpuRatioBeforeFirstToken[name] ?? usualRatioBeforeFirstToken;
}

export type ServiceRole = 'local' | 'relayed' | 'queued';

/** Classes that a component serves in a role: wholly, as relay of another component's run, or from a queue. */
export function classesInRole(
  model: SimulationModel,
  component: ComponentModel,
  role: ServiceRole,
): RequestClass[] {
  return model.classes
    .filter(({ front, back }) => {
      if (role === 'queued') return back === component.name;
      return front === component.name && (back === null) === (role === 'local');
    })
    .map(({ name }) => name);
}

/** @returns null when no class has that role here */
export function serviceMix(
  model: SimulationModel,
  component: ComponentModel,
  role: ServiceRole,
  demand: Demand,
): ServiceMix | null {
  const classes = classesInRole(model, component, role);
  if (classes.length === 0) return null;
  const counts = classes.map((name) => totalArrivals(demand.arrivals[name]));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const weights = counts.map((count) => (total === 0 ? 1 / classes.length : count / total));
  const mean = (value: (name: RequestClass) => number) =>
    classes.reduce((sum, name, index) => sum + (weights[index] ?? 0) * value(name), 0);
  const cpuSecondsOf = (name: RequestClass) =>
    (component.cpuMilliseconds[name] ?? 0) / component.processMillicores;
  const cpuSeconds = mean(cpuSecondsOf);
  const cpuBefore = mean((name) => cpuSecondsOf(name) * cpuRatioBefore(component, name));
  const held = mean((name) => component.service[name]?.meanSeconds ?? 0);
  const waitSeconds = Math.max(shortestWaitSeconds, held - cpuSeconds);
  const square = mean((name) => {
    const { meanSeconds = 0, squaredVariation = 1 } = component.service[name] ?? {};
    return meanSeconds * meanSeconds * (1 + squaredVariation);
  });
  return {
    classes,
    cpuBefore,
    cpuAfter: cpuSeconds - cpuBefore,
    cpuSeconds,
    needBefore: { cpuSeconds: cpuBefore, deviation: cpuVariation * cpuBefore },
    needAfter: needAfter(cpuSeconds, cpuBefore),
    surviving: survivingSecond(waitSeconds),
    newSurviving: newSurvivingSecond(waitSeconds),
    waitSeconds,
    // CPU at full speed varies little: how long a slot is held differs by how long others take.
    waitSquaredVariation: Math.min(
      mostSquaredVariation,
      Math.max(0, square - held * held) / waitSeconds ** 2,
    ),
    outlivesGraceRatio: mean((name) => component.service[name]?.outlivesGraceRatio ?? 0),
    firstTokenSeconds: mean((name) => {
      const { median = 0, sigma = 0 } =
        model.classes.find((one) => one.name === name)?.firstTokenSeconds ?? {};
      return median * Math.exp((sigma * sigma) / 2);
    }),
  };
}

/**
 * Coefficient of variation of a request's CPU, which nobody measures: recordings of Dify 1.12.1 took 143 ms for answers
 * of 20 tokens and 202 ms for 100.
 */
const cpuVariation = 0.2;
/** Of its mean, for a need of which half is less by a deviation. */
const mostDeviation = 0.9;

/**
 * A request that needs more before its first token needs more after it. What differs there by itself makes up for what the
 * stage does not know of the one before, so that both together differ as much as the whole.
 */
function needAfter(cpuSeconds: number, cpuBefore: number): CpuNeed {
  const cpuAfter = cpuSeconds - cpuBefore;
  const own = cpuVariation * Math.sqrt(Math.max(0, cpuSeconds ** 2 - cpuBefore ** 2));
  return { cpuSeconds: cpuAfter, deviation: Math.min(mostDeviation * cpuAfter, own) };
}

const shortestWaitSeconds = 0.01;
const mostSquaredVariation = 10;

/** Of a component that runs no requests itself. */
export const noService: ServiceMix = {
  classes: [],
  cpuBefore: 0,
  cpuAfter: 0,
  cpuSeconds: 0,
  needBefore: { cpuSeconds: 0, deviation: 0 },
  needAfter: { cpuSeconds: 0, deviation: 0 },
  surviving: 0,
  newSurviving: 0,
  waitSeconds: shortestWaitSeconds,
  waitSquaredVariation: 0,
  outlivesGraceRatio: 0,
  firstTokenSeconds: 0,
};

/** Asked for by every simulation of a search, over the same few demands. */
const knownTotals = new WeakMap<Uint16Array, number>();

function totalArrivals(arrivals: Uint16Array | undefined): number {
  if (arrivals === undefined) return 0;
  const known = knownTotals.get(arrivals);
  if (known !== undefined) return known;
  const total = arrivals.reduce((sum, count) => sum + count, 0);
  knownTotals.set(arrivals, total);
  return total;
}
