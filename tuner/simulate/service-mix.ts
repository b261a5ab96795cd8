import type { RequestClass } from '../contracts/component.ts';
import type { ComponentModel, Demand, SimulationModel } from './model.ts';

/** Requests of several classes that are served alike, as one: means weighted by how many of each arrive. */
export interface ServiceMix {
  readonly classes: readonly RequestClass[];
  /** Seconds held beside CPU, ≥ 10 ms. */
  readonly delaySeconds: number;
  /** Seconds of CPU of one process at full speed. */
  readonly cpuSeconds: number;
  readonly cpuMilliseconds: number;
  readonly squaredVariation: number;
  readonly outlivesGraceRatio: number;
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
  const cpuMilliseconds = mean((name) => component.cpuMilliseconds[name] ?? 0);
  const cpuSeconds = cpuMilliseconds / component.processMillicores;
  const held = mean((name) => component.service[name]?.meanSeconds ?? 0);
  return {
    classes,
    delaySeconds: Math.max(0.01, held - cpuSeconds),
    cpuSeconds,
    cpuMilliseconds,
    squaredVariation: mean((name) => component.service[name]?.squaredVariation ?? 1),
    outlivesGraceRatio: mean((name) => component.service[name]?.outlivesGraceRatio ?? 0),
  };
}

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
