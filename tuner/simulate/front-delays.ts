import { furtherRequest, variationOfCpuWait } from './cpu-chance.ts';
import type { UncertainDelay } from './delay-histogram.ts';
import { ringPlace } from './fifo-queue.ts';
import { addToClasses, addWaits, cpuWaitSeconds, isLongWait } from './first-token-delays.ts';
import type { Front, FrontPods } from './front.ts';
import { addAnswered, expectGone } from './front-give-up.ts';
import type { FrontSecond } from './front-second.ts';
import { handOver, handOverGone } from './handover.ts';
import { mayBeLate, normal } from './patience.ts';
import type { RelayStage } from './relay-stage.ts';
import { type SlotLoad, slotWaitOf } from './slot-wait.ts';

export interface Starts extends SlotLoad {
  readonly place: number;
  readonly started: number;
}

/**
 * Delays of the requests that begin in this second, as far as they are answered in time: what they waited for a slot, and what CPU will take longer; those
 * for whom that is long are recorded by recordPassed when it is over, those that are relayed when they are accepted.
 */
export function recordStarts(front: Front, own: FrontPods, starts: Starts, second: FrontSecond): void {
  const { place, started } = starts;
  const { relays, backlog } = own;
  const { cpuMet } = front;
  meetCpu(front, place);
  const isLong = own.cpu.isShared[place] === 1 && isLongWait(front.local?.cpuBefore ?? 0, cpuMet);
  const cpuSeconds = cpuSecondsMet(front);
  let slotWaits = 0;
  let squares = 0;
  const { count, wait, weight, second: came } = backlog.parts;
  for (let part = 0; part < count; part++) {
    const slotWait = slotWaitOf(wait[part] as number, starts);
    const begun = weight[part] as number;
    slotWaits += begun * slotWait.mean;
    squares += begun * (slotWait.mean * slotWait.mean + slotWait.deviation * slotWait.deviation);
    const isLate = mayBeLate(front.patience, slotWait, cpuSeconds);
    if (isLong && !isLate) continue;
    const relayed =
      relays === null ? 0 : (relays.shareOfCome[ringPlace(place, came[part] as number)] as number);
    const locals = begun * (1 - relayed);
    if (isLate) {
      expectGone(front, own.clients, { place, at: second.atSeconds, count: locals }, slotWait);
      if (!isLong) addAnswered(front, second, locals, slotWait, cpuWaitMet(front));
    } else addToClasses(second.delays, locals, slotWait, cpuMet);
  }
  const ring = ringPlace(place, second.atSeconds);
  if (isLong) own.cpu.lastLong[place] = second.atSeconds;
  own.cpu.slotWait[ring] = isLong ? slotWaits / started : Number.NaN;
  if (relays === null) return;
  const mean = started > 0 ? slotWaits / started : 0;
  relays.slotWait[ring] = mean;
  relays.slotVariance[ring] = started > 0 ? Math.max(0, squares / started - mean * mean) : 0;
}

/** CPU of a request in all, with the wait for it. */
function cpuSecondsMet({ local, cpuMet }: Front): number {
  return local === null ? 0 : local.cpuSeconds + cpuWaitSeconds(local.cpuSeconds, cpuMet);
}

/** The wait for CPU up to a first token. */
function cpuWaitMet({ local, cpuMet }: Front): Readonly<UncertainDelay> {
  met.mean = local === null ? 0 : cpuWaitSeconds(local.cpuBefore, cpuMet);
  met.deviation = met.mean * cpuMet.variation;
  return met;
}

/** Reused. */
const met: UncertainDelay = { mean: 0, deviation: 0 };

/** Reused. */
const before: UncertainDelay = { mean: 0, deviation: 0 };

/** Delays of the requests that get to their first token in this second, after a long wait for CPU. */
export function recordPassed(front: Front, own: FrontPods, place: number, second: FrontSecond): void {
  const { passing, slotWait } = own.cpu;
  const { count, second: came, wait, weight } = passing;
  if (count === 0) return;
  meetCpu(front, place);
  const cpuSeconds = front.local?.cpuBefore ?? 0;
  const later = cpuSecondsMet(front) - cpuSeconds;
  for (let part = 0; part < count; part++) {
    const waited = slotWait[ringPlace(place, came[part] as number)] as number;
    if (Number.isNaN(waited)) continue;
    const cpuWait = wait[part] as number;
    before.mean = waited;
    met.mean = cpuWait;
    met.deviation = cpuWait * front.cpuMet.variation;
    if (mayBeLate(front.patience, met, waited + later)) {
      addAnswered(front, second, weight[part] as number, before, met);
    } else
      addWaits(second.delays, weight[part] as number, before, { cpuWait, cpuSeconds, cpu: front.cpuMet });
  }
}

/**
 * Runs that are handed to the queue in this second, after what the clock of the process says.
 *
 * @returns those of them whose client has left
 */
export function recordHandover(front: Front, own: FrontPods, place: number, accepted: number): number {
  const { relays, cpu } = own;
  if (relays === null || accepted <= 0) return 0;
  const { cpuSecondsOfJob, model, columns, flow } = front;
  const jobs = columns.cpuJobs[place] as number;
  const variation = variationOfCpuWait(
    jobs,
    (3 * wholeOfHalf * relays.cpuSeconds + cpuSecondsOfJob) / 4,
    model.processes,
  );
  if (cpu.isShared[place] !== 1) {
    const cpuWait = jobs * relays.cpuSeconds;
    return handOverOf(front, relays, ringPlace(place, flow.at), { runs: accepted, cpuWait, variation });
  }
  // The clock goes by the mean number of others; one that comes finds itself beside all of them.
  const overlooked = relays.cpuSeconds * (1 - furtherRequest(jobs, cpuSecondsOfJob, 1 / model.processes));
  const { count, second: came, wait, weight } = relays.passing;
  let gone = 0;
  for (let part = 0; part < count; part++) {
    const ring = ringPlace(place, came[part] as number);
    const cpuWait = (wait[part] as number) + overlooked;
    const runs = (weight[part] as number) * (relays.acceptShare[ring] as number);
    gone += handOverOf(front, relays, ring, { runs, cpuWait, variation });
  }
  return gone;
}

/**
 * Runs that began in one second: what they waited for a slot and for CPU, each with its chance.
 *
 * @returns those whose client has left meanwhile, and so has failed
 */
function handOverOf(
  front: Front,
  { slotWait, slotVariance }: RelayStage,
  ring: number,
  wait: { readonly runs: number; readonly cpuWait: number; readonly variation: number },
): number {
  const { runs, cpuWait, variation } = wait;
  const { handover, patience } = front;
  const mean = (slotWait[ring] as number) + cpuWait;
  const deviation = Math.sqrt((slotVariance[ring] as number) + (variation * cpuWait) ** 2);
  const left = patience.seconds - mean;
  if (left > 4 * deviation) {
    handOver(handover, runs, mean, deviation);
    return 0;
  }
  // Of a normal number below a limit: its share, its mean and its variance.
  const deviations = deviation > 0 ? left / deviation : left * Number.POSITIVE_INFINITY;
  const share = normal(deviations);
  const gone = runs * (1 - share);
  front.abandoned += gone;
  handOverGone(handover, gone);
  if (share < 1e-6) return gone;
  const less = share < 1 ? Math.exp(-0.5 * deviations * deviations) / Math.sqrt(2 * Math.PI) / share : 0;
  const variance = Math.max(0, 1 - less * (deviations + less));
  handOver(handover, runs * share, Math.max(0, mean - deviation * less), deviation * Math.sqrt(variance));
  return gone;
}

/**
 * {@link variationOfCpuWait} is that of requests which need 60 % of their CPU before what is timed. Here the chance is about as
 * slow as the one that comes, and a little as those that it meets: with three parts to one the waits in the queue of all
 * cases of chats and runs are within 5 % of the reference.
 */
const wholeOfHalf = 1 / 0.6;

/** First tokens of requests on the first stage of CPU, of whom it will not be seen when they get through. */
export function recordUnpassed(front: Front, own: FrontPods, place: number, second: FrontSecond): void {
  const left = front.columns.beginning[place] as number;
  const waited = own.cpu.slotWait[ringPlace(place, second.atSeconds - 1)] as number;
  if (left <= 0 || Number.isNaN(waited)) return;
  meetCpu(front, place);
  front.cpuMet.growth = 0;
  before.mean = waited;
  if (mayBeLate(front.patience, before, cpuSecondsMet(front))) {
    addAnswered(front, second, left, before, cpuWaitMet(front));
  } else addToClasses(second.delays, left, before, front.cpuMet);
}

/** The same for all pods: they become alike, or the simulation ends. */
export function recordUnpassedOfPods(front: Front, second: FrontSecond): void {
  const { own, pods } = front;
  if (own === null) return;
  for (let index = 0; index < pods.readyCount; index++) {
    const place = pods.ready[index] as number;
    if (own.cpu.isShared[place] === 1) recordUnpassed(front, own, place, second);
    own.cpu.isShared[place] = 0;
  }
}

/**
 * What CPU a request meets that begins on a pod now.
 *
 * The number that it shares with is taken to change as arrivals of late and the speed of the process make it: the
 * change of the last second is mostly luck, and gone in the next.
 */
function meetCpu(front: Front, place: number): void {
  const { cpuMet, columns, model, pods, cpuSeconds } = front;
  const jobs = columns.cpuJobs[place] as number;
  cpuMet.jobs = jobs;
  cpuMet.growth = 0;
  if (cpuSeconds > 0) {
    const coming = (front.localsOfLate + front.relaysOfLate) / (pods.readyCount * model.processes);
    cpuMet.growth = coming - jobs / (jobs + 1) / cpuSeconds;
  }
  cpuMet.variation = variationOfCpuWait(jobs, front.local?.cpuSeconds ?? 0, model.processes);
  const onCpu = (columns.accepting[place] as number) + (columns.closing[place] as number);
  const elsewhere = (columns.answering[place] as number) + (columns.relayed[place] as number) - onCpu;
  cpuMet.most = model.slotsPerReplica - elsewhere;
}
