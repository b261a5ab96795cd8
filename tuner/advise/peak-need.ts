import type { ComponentName } from '../contracts/component.ts';
import type { ComponentModel, SimulationModel } from '../simulate/model.ts';
import type { ExpectedDemand } from './demand.ts';

/** What the busiest twenty seconds of the demand take of a component, in replicas that are full without a pause. */
export interface PeakNeed {
  readonly arrivalsPerSecond: number;
  /** By connection or worker slots; 0 where slots are not known to bind. */
  readonly bySlots: number;
  readonly byCpu: number;
  /** The greater of both. */
  readonly replicas: number;
}

/** Shorter than any start-up: what comes and goes within it has to be carried by the replicas that are there. */
const busiestSeconds = 20;

/** Arrivals × seconds held over slots, and arrivals × CPU over what a replica can use (Little's law). */
export function peakNeed(
  model: SimulationModel,
  component: ComponentModel,
  demand: ExpectedDemand,
): PeakNeed {
  const forRequests = component.processes * component.processMillicores;
  let bySlots = 0;
  let byCpu = 0;
  let arrivalsPerSecond = 0;
  for (let from = 0; from < demand.durationSeconds; from += busiestSeconds / 2) {
    let held = 0;
    let cpu = 0;
    let arrivals = 0;
    for (const flow of model.classes) {
      const rate = meanRate(demand.rates[flow.name], from);
      if (!servedBy(component.name, flow)) continue;
      arrivals += rate;
      held += rate * (component.service[flow.name]?.meanSeconds ?? 0);
      cpu += rate * (component.cpuMilliseconds[flow.name] ?? 0);
    }
    bySlots = Math.max(bySlots, held / component.slotsPerReplica);
    byCpu = Math.max(byCpu, cpu / forRequests);
    arrivalsPerSecond = Math.max(arrivalsPerSecond, arrivals);
  }
  return { arrivalsPerSecond, bySlots, byCpu, replicas: Math.max(bySlots, byCpu) };
}

function servedBy(name: ComponentName, flow: SimulationModel['classes'][number]): boolean {
  return flow.front === name || flow.back === name;
}

function meanRate(rates: Float64Array | undefined, from: number): number {
  const window = rates?.subarray(from, from + busiestSeconds);
  if (window === undefined || window.length === 0) return 0;
  return window.reduce((sum, rate) => sum + rate, 0) / window.length;
}
