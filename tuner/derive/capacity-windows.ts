import type { ComponentName, RequestClass } from '../contracts/component.ts';
import type { Distribution } from '../contracts/estimate.ts';
import { classRates, meanOf, type Observation } from './observation.ts';

/** A few seconds of the run in which a replica's load and what came of it can be compared. */
export interface CapacityWindow {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly replicas: number;
  readonly completionsPerSecond: number;
  /** Requests of the component that were being served or waited, per replica. */
  readonly inFlightPerReplica: number;
  /** Requests being served, per replica: those in flight less those that waited (Little's law). */
  readonly servedPerReplica: number;
  /** Time spent waiting, over what the same request takes when nothing waits. */
  readonly waitRatio: number;
  readonly cpuMillicoresPerReplica: number | null;
}

/** Windows of `seconds` over the load's time, only where the number of Ready replicas stood still. */
export function capacityWindows(
  observation: Observation,
  component: ComponentName,
  options: {
    readonly classes: readonly RequestClass[];
    readonly service: Partial<Record<RequestClass, Distribution>>;
    readonly load: { readonly fromSeconds: number; readonly toSeconds: number };
    readonly seconds: number;
  },
): CapacityWindow[] {
  const { classes, service, load, seconds } = options;
  const ready = observation.ready.get(component);
  const windows: CapacityWindow[] = [];
  for (let from = Math.ceil(load.fromSeconds); from + seconds <= load.toSeconds; from += seconds) {
    const range = { from, to: from + seconds };
    const replicas = ready?.isConstant(range.from, range.to) ? ready.at(from) : null;
    if (!replicas) continue;
    const rates = classes.map((name) => ({ name, ...classRates(observation.load, name, range) }));
    const completions = rates.reduce((sum, { finished, failed }) => sum + finished - failed, 0);
    const unloaded = classes.reduce(
      (sum, name, index) => sum + (rates[index]?.started ?? 0) * (service[name]?.mean ?? 0),
      0,
    );
    const started = rates.reduce((sum, rate) => sum + rate.started, 0);
    if (started === 0 || unloaded === 0) continue;
    const waiting = waitingRequests(observation, component, range, started);
    if (waiting === null) continue;
    const inFlight =
      component === 'worker'
        ? waiting + completions * ((service.workflow?.mean ?? 0) || 1)
        : classes.reduce(
            (sum, name) => sum + meanOf(observation.inFlight.get(name) ?? new Float64Array(), range),
            0,
          );
    windows.push({
      fromSeconds: range.from,
      toSeconds: range.to,
      replicas,
      completionsPerSecond: completions,
      inFlightPerReplica: inFlight / replicas,
      servedPerReplica: Math.max(0, inFlight - waiting) / replicas,
      waitRatio: waiting / started / (unloaded / started),
      cpuMillicoresPerReplica: cpuIn(observation, component, range),
    });
  }
  return windows;
}

/**
 * Requests that waited for the component, mean over the range.
 *
 * Workers: the queue's length. API: arrivals × what their first token came later than when nothing waited, read
 * from chat alone, whose first token waits for nothing but the API (a workflow's waits for the worker as well).
 */
function waitingRequests(
  observation: Observation,
  component: ComponentName,
  range: { from: number; to: number },
  startedPerSecond: number,
): number | null {
  if (component === 'worker') return observation.queueDepth?.mean(range.from, range.to) ?? null;
  const first = observation.load.histogram('time_to_first_token_ms', range, {
    scenario: 'chat',
    outcome: 'ok',
  });
  const usual = unloadedFirstTokenMs(observation);
  if (first.count < 3 || usual === null) return null;
  return (startedPerSecond * Math.max(0, first.mean - usual)) / 1000;
}

/** Chat's time to first token when nothing waits: the fastest tenth of all is taken as undisturbed. */
function unloadedFirstTokenMs(observation: Observation): number | null {
  const { load } = observation;
  const all = load.histogram(
    'time_to_first_token_ms',
    { from: 0, to: load.durationSeconds },
    { scenario: 'chat', outcome: 'ok' },
  );
  return all.quantile(0.1);
}

function cpuIn(
  observation: Observation,
  component: ComponentName,
  range: { from: number; to: number },
): number | null {
  const overlapping = observation.samples.usage
    .filter((sample) => sample.component === component)
    .flatMap(({ pods }) => pods)
    .filter(({ timestampAtSeconds, windowSeconds }) => {
      // Most of the measuring window must lie inside, else it speaks of the load before.
      const inside =
        Math.min(range.to, timestampAtSeconds) - Math.max(range.from, timestampAtSeconds - windowSeconds);
      return inside >= Math.min(windowSeconds, range.to - range.from) / 2;
    })
    .map(({ containers }) =>
      Object.values(containers).reduce((sum, { cpuMillicores }) => sum + cpuMillicores, 0),
    );
  return overlapping.length === 0
    ? null
    : overlapping.reduce((sum, value) => sum + value, 0) / overlapping.length;
}
