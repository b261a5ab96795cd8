import type { ComponentName, RequestClass } from '../contracts/component.ts';
import type { Distribution } from '../contracts/estimate.ts';
import type { SecondRange } from './load-recording.ts';
import { classRates, meanOf, type Observation } from './observation.ts';
import type { ServingWindow } from './serving-windows.ts';

/** A request that waits longer than this share of its service says that its replica was full. */
const saturatedWaitRatio = 0.75;

/**
 * Who waits, waits because every slot is taken: a queue that holds something nearly all the time has them busy all the time,
 * however short it is. How long it is says less: runs that come at random make a queue of a half, as a mean, before a worker
 * of one slot that is free for two fifths of its time.
 */
const busyQueueRatio = 0.9;

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
  /** Every slot, or all the CPU, was taken nearly all the time. */
  readonly isSaturated: boolean;
  readonly cpuMillicoresPerReplica: number | null;
}

export interface WindowOptions {
  /** Request classes that the component takes part in. */
  readonly classes: readonly RequestClass[];
  /** Seconds that a request holds a slot when nothing waits. */
  readonly service: Partial<Record<RequestClass, Distribution>>;
  readonly load: { readonly fromSeconds: number; readonly toSeconds: number };
  /** Length of a window. */
  readonly seconds: number;
  /** Slots of one replica as its pod template declares them; null: not declared. */
  readonly declaredSlots: number | null;
}

/** Windows over the load's time, only where the number of Ready replicas stood still and something arrived. */
export function capacityWindows(
  observation: Observation,
  component: ComponentName,
  options: WindowOptions,
): CapacityWindow[] {
  const { load, seconds } = options;
  const ready = observation.ready.get(component);
  const usualFirstTokenMs = unloadedFirstTokenMs(observation);
  const readings = observation.serving.get(component) ?? [];
  const windows: CapacityWindow[] = [];
  for (let from = Math.ceil(load.fromSeconds); from + seconds <= load.toSeconds; from += seconds) {
    const range = { from, to: from + seconds };
    const replicas = ready?.isConstant(range.from, range.to) ? ready.at(from) : null;
    const window = replicas
      ? windowOf(observation, component, { ...options, range, replicas, usualFirstTokenMs, readings })
      : null;
    if (window !== null) windows.push(window);
  }
  return windows;
}

interface OneWindow extends WindowOptions {
  readonly range: SecondRange;
  readonly replicas: number;
  /** Of the whole run; null: nobody got one. */
  readonly usualFirstTokenMs: number | null;
  readonly readings: readonly ServingWindow[];
}

function windowOf(
  observation: Observation,
  component: ComponentName,
  options: OneWindow,
): CapacityWindow | null {
  const { classes, service, range, replicas } = options;
  const rates = classes.map((name) => ({ name, ...classRates(observation.load, name, range) }));
  const sum = (value: (rate: (typeof rates)[number]) => number) =>
    rates.reduce((total, rate) => total + value(rate), 0);
  /** Requests that would be open if none waited, by Little's law. */
  const unhindered = sum(({ name, started }) => started * (service[name]?.mean ?? 0));
  if (unhindered === 0) return null;
  const completionsPerSecond = sum(({ finished, failed }) => finished - failed);
  const served = sum(({ name, finished, failed }) => (finished - failed) * (service[name]?.mean ?? 0));
  const open = sum(({ name }) => meanOf(observation.inFlight.get(name) ?? new Float64Array(), range));
  const waiting =
    component === 'worker'
      ? (observation.queueDepth?.mean(range.from, range.to) ?? null)
      : waitingAtApi(observation, { ...options, open, startedPerSecond: sum(({ started }) => started) });
  if (waiting === null) return null;
  const inFlight = component === 'worker' ? waiting + served : open;
  return {
    fromSeconds: range.from,
    toSeconds: range.to,
    replicas,
    completionsPerSecond,
    inFlightPerReplica: inFlight / replicas,
    servedPerReplica: Math.max(0, inFlight - waiting) / replicas,
    waitRatio: waiting / unhindered,
    isSaturated:
      component === 'worker'
        ? (observation.queueDepth?.shareAboveZero(range.from, range.to) ?? 0) >= busyQueueRatio
        : waiting / unhindered >= saturatedWaitRatio,
    cpuMillicoresPerReplica: cpuIn(options.readings, range),
  };
}

/**
 * Requests that waited for a slot or for CPU at the API, mean over the range: the larger of two lower bounds.
 *
 * Arrivals × what chat's first token came later than when nothing waited (a workflow's waits for the worker as
 * well, so it does not count); and the open requests beyond the slots that the pod templates declare.
 *
 * @returns null where neither can be told
 */
function waitingAtApi(
  observation: Observation,
  options: OneWindow & { readonly open: number; readonly startedPerSecond: number },
): number | null {
  const { range, replicas, declaredSlots, open, startedPerSecond, usualFirstTokenMs: usual } = options;
  const beyondSlots = declaredSlots === null ? null : Math.max(0, open - declaredSlots * replicas);
  const first = observation.load.histogram('time_to_first_token_ms', range, {
    scenario: 'chat',
    outcome: 'ok',
  });
  if (first.count < 3 || usual === null) return beyondSlots;
  const byFirstToken = (startedPerSecond * Math.max(0, first.mean - usual)) / 1000;
  return Math.min(open, Math.max(byFirstToken, beyondSlots ?? 0));
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

function cpuIn(readings: readonly ServingWindow[], range: SecondRange): number | null {
  let sum = 0;
  let count = 0;
  for (const { range: measured, millicoresPerReplica } of readings) {
    // Most of the measuring window must lie inside, else it speaks of the load before.
    const inside = Math.min(range.to, measured.to) - Math.max(range.from, measured.from);
    if (inside < Math.min(measured.to - measured.from, range.to - range.from) / 2) continue;
    sum += millicoresPerReplica;
    count += 1;
  }
  return count === 0 ? null : sum / count;
}
