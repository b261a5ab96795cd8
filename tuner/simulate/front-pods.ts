import { variationOfCpuWait } from './cpu-chance.ts';
import { drawEnded } from './draw-ended.ts';
import { enterQueue, leaveQueue, ringPlace } from './fifo-queue.ts';
import { addToClasses, addWaits, isLongWait } from './first-token-delays.ts';
import { type Front, type FrontPods, localHeld, podsOf, relayRatioOf, updateRelayLoad } from './front.ts';
import type { FrontSecond } from './front-second.ts';
import { noiseMask } from './noise.ts';
import { endingNew, endingOld, finishSecond, meanEnding, type PodFlow, passStages } from './pod-flow.ts';
import { noService } from './service-mix.ts';
import { slotWaitSeconds } from './slot-wait.ts';

/** Moves each Ready pod on by one second, with the slots, the backlog and the CPU that are its own. */
export function stepPods(front: Front, second: FrontSecond): void {
  const { pods, sums } = front;
  sums.beginning = 0;
  sums.answering = 0;
  sums.ending = 0;
  sums.relayed = 0;
  sums.waiting = 0;
  sums.cpuJobs = 0;
  front.handedOver = 0;
  front.handedOverDelays = 0;
  updateRelayLoad(front);
  const own = podsOf(front);
  for (let index = 0; index < pods.readyCount; index++) {
    stepPod(front, own, pods.ready[index] as number, second);
  }
  sums.cpuJobs /= Math.max(1, pods.readyCount);
  // What is less than a thousandth of a request is rounding, and would keep the pods from being pooled.
  if (sums.waiting < 0.001) sums.waiting = 0;
  if (front.trace !== null) {
    front.trace.localHeld[second.atSeconds] = localHeld(front);
    front.trace.waiting[second.atSeconds] = sums.waiting;
  }
}

function stepPod(front: Front, own: FrontPods, place: number, second: FrontSecond): void {
  const { columns, flow } = front;
  const mix = front.local ?? noService;
  const relayed = columns.relayed[place] as number;
  const waiting = columns.waiting[place] as number;
  flow.place = place;
  flow.at = second.atSeconds;
  flow.beginning = columns.beginning[place] as number;
  flow.answering = columns.answering[place] as number;
  flow.ending = columns.ending[place] as number;
  const wasShared = own.cpu.isShared[place] === 1;
  const free = front.model.slotsPerReplica - flow.beginning - flow.answering - flow.ending - relayed;
  const relayEnding = second.relayEndedRatio;
  const relayShare = relayShareOf(front, place, waiting);
  const wanting =
    waiting + (columns.localArrivals[place] as number) + (columns.relayArrivals[place] as number);
  passStages(flow, own.cpu, mix, {
    jobs: columns.cpuJobs[place] as number,
    processes: front.model.processes,
    knownRatio: 1 / front.model.processes,
    coming: (1 - relayShare) * wanting,
    free: (1 - relayShare) * (free + relayed * relayEnding),
  });

  const endedOfNew = (1 - relayShare) * endingNew(flow) + (relayShare * relayEnding) / 2;
  const endingRate = meanEnding(flow, mix, columns.cpuJobs[place] as number) + relayed * relayEnding;
  const arrived = takeArrivals(front, place, waiting - free, endingRate, second);
  const excess = waiting - free + (arrived - endingRate) / 2;

  const available = waiting + arrived;
  const at = second.atSeconds + place * 7919;
  const relayMean = relayed * relayEnding;
  const relayLuck = second.noise.normal[(at + 40_009) & noiseMask] as number;
  const relayEnded = Math.min(relayed, drawEnded(relayMean, relayMean * (1 - relayEnding), relayLuck));
  // A full pod takes in as many as end, and some of those end in the same second.
  const fitting = (free + endingOld(flow) + relayEnded) / (1 - endedOfNew);
  const started = Math.min(available, Math.max(0, fitting));

  const relayStarted = started * relayShare;
  const relayFinished = relayEnded + (relayStarted * relayEnding) / 2;
  finishSecond(flow, own.cpu, mix, { started: started - relayStarted, noise: second.noise });
  enterQueue(own.backlog, place, second.atSeconds, arrived);
  columns.relayed[place] = Math.max(0, relayed + relayStarted - relayFinished);
  columns.waiting[place] = available - started;
  if (started > 0) recordStarts(front, own, { place, started, relayShare, excess, endingRate }, second);
  if (own.cpu.isShared[place] === 1) recordPassed(front, own, place, second);
  else if (wasShared) recordUnpassed(front, own, place, second);
  useCpu(front, flow, (relayStarted + relayFinished) / 2);
  storeFlow(front, flow);
}

/** Of what is there to begin, the share that will be relayed. */
function relayShareOf(front: Front, place: number, waiting: number): number {
  const { localArrivals, relayArrivals } = front.columns;
  const relays = relayArrivals[place] as number;
  const all = waiting + relays + (localArrivals[place] as number);
  return all > 0 && front.relayed !== null ? (waiting * relayRatioOf(front) + relays) / all : 0;
}

/**
 * The second's arrivals at a pod; those whose client would have given up before their turn are not among them.
 *
 * @param behind requests that wait, or free slots as a negative number
 */
function takeArrivals(
  front: Front,
  place: number,
  behind: number,
  endingRate: number,
  second: FrontSecond,
): number {
  const { localArrivals, relayArrivals } = front.columns;
  const arrived = (localArrivals[place] as number) + (relayArrivals[place] as number);
  localArrivals[place] = 0;
  relayArrivals[place] = 0;
  if (behind <= 0 || behind <= second.requestTimeoutSeconds * endingRate) return arrived;
  front.abandoned += arrived;
  return 0;
}

interface Starts {
  readonly place: number;
  readonly started: number;
  readonly relayShare: number;
  /** Requests beyond the pod's slots in the middle of the second; negative: free slots. */
  readonly excess: number;
  readonly endingRate: number;
}

/**
 * Delays of the requests that begin in this second: what they waited for a slot, and what CPU will take longer; those
 * for whom that is long are recorded by recordPassed when it is over.
 */
function recordStarts(front: Front, own: FrontPods, starts: Starts, second: FrontSecond): void {
  const { place, started, relayShare, excess, endingRate } = starts;
  const { cpuMet } = front;
  const offset = slotWaitSeconds(excess, endingRate);
  meetCpu(front, place);
  const isLong = own.cpu.isShared[place] === 1 && isLongWait(front.local?.cpuBefore ?? 0, cpuMet);
  let slotWaits = 0;
  leaveQueue(own.backlog, place, second.atSeconds, started);
  const { count, wait, weight } = own.backlog.parts;
  for (let part = 0; part < count; part++) {
    const slotWait = (wait[part] as number) + offset;
    const begun = weight[part] as number;
    if (isLong) slotWaits += begun * slotWait;
    else addToClasses(second.delays, begun * (1 - relayShare), slotWait, cpuMet);
    front.handedOver += begun * relayShare;
    front.handedOverDelays += begun * relayShare * (slotWait + cpuMet.jobs * acceptSeconds(front));
  }
  own.cpu.slotWait[ringPlace(place, second.atSeconds)] = isLong ? slotWaits / started : Number.NaN;
}

/** Delays of the requests that get to their first token in this second, after a long wait for CPU. */
function recordPassed(front: Front, own: FrontPods, place: number, second: FrontSecond): void {
  const { passing, slotWait } = own.cpu;
  const { count, second: came, wait, weight } = passing;
  if (count === 0) return;
  meetCpu(front, place);
  const cpuSeconds = front.local?.cpuBefore ?? 0;
  for (let part = 0; part < count; part++) {
    const waited = slotWait[ringPlace(place, came[part] as number)] as number;
    if (Number.isNaN(waited)) continue;
    const cpuWait = wait[part] as number;
    addWaits(second.delays, weight[part] as number, waited, { cpuWait, cpuSeconds, cpu: front.cpuMet });
  }
}

/** First tokens of requests on the first stage of CPU, of whom it will not be seen when they get through. */
function recordUnpassed(front: Front, own: FrontPods, place: number, second: FrontSecond): void {
  const left = front.columns.beginning[place] as number;
  const waited = own.cpu.slotWait[ringPlace(place, second.atSeconds - 1)] as number;
  if (left <= 0 || Number.isNaN(waited)) return;
  meetCpu(front, place);
  front.cpuMet.growth = 0;
  addToClasses(second.delays, left, waited, front.cpuMet);
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
  const { cpuMet, columns, model, pods, local, localsOfLate, relayLoad } = front;
  const jobs = columns.cpuJobs[place] as number;
  const cpuSeconds = local?.cpuSeconds ?? 0;
  cpuMet.jobs = jobs;
  cpuMet.growth = 0;
  if (cpuSeconds > 0) {
    const coming = localsOfLate / (pods.readyCount * model.processes);
    cpuMet.growth = coming / (1 - relayLoad) - jobs / (jobs + 1) / cpuSeconds;
  }
  cpuMet.variation = variationOfCpuWait(jobs, cpuSeconds, model.processes);
  cpuMet.most =
    model.slotsPerReplica - (columns.answering[place] as number) - (columns.relayed[place] as number);
}

/** The API's own work before a run is handed to the queue: half of what it does for it. */
function acceptSeconds({ relayed }: Front): number {
  return relayed === null ? 0 : relayed.cpuSeconds / 2;
}

/** Work is done as it comes, and as fast as the pod can: what is left over is done in the next seconds. */
function useCpu(front: Front, flow: PodFlow, relays: number): void {
  const { cpuMilliseconds, owedCpu } = front.columns;
  const { processes, processMillicores } = front.model;
  const { place } = flow;
  const seconds = flow.work + relays * (front.relayed?.cpuSeconds ?? 0);
  const owed = (owedCpu[place] as number) + seconds * processMillicores;
  const used = Math.min(owed, processes * processMillicores);
  owedCpu[place] = owed - used;
  cpuMilliseconds[place] = (cpuMilliseconds[place] as number) + used;
  if (front.trace !== null) {
    const busy = front.trace.busySeconds;
    busy[flow.at] = (busy[flow.at] as number) + used / processMillicores;
  }
}

function storeFlow({ columns, sums, model, relayLoad }: Front, flow: PodFlow): void {
  const { place } = flow;
  columns.beginning[place] = flow.beginning;
  columns.answering[place] = flow.answering;
  columns.ending[place] = flow.ending;
  const before = columns.cpuJobs[place] as number;
  const jobs = (flow.beginning + flow.ending) / model.processes + relayLoad * (1 + before);
  columns.cpuJobs[place] = jobs;
  sums.beginning += flow.beginning;
  sums.answering += flow.answering;
  sums.ending += flow.ending;
  sums.relayed += columns.relayed[place] as number;
  sums.waiting += columns.waiting[place] as number;
  sums.cpuJobs += jobs;
}
