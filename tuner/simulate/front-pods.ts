import { enterQueue, leaveQueue, ringPlace, waitingSince } from './fifo-queue.ts';
import { type Front, type FrontPods, localHeld, podsOf, updateCpuSeconds } from './front.ts';
import { recordHandover, recordPassed, recordStarts, recordUnpassed } from './front-delays.ts';
import { goneInBacklog, passGone } from './front-give-up.ts';
import type { FrontSecond } from './front-second.ts';
import { createPodLoad, type PodLoad, passStages, startingIn } from './pass-stages.ts';
import { finishSecond, meanEnding, type PodFlow } from './pod-flow.ts';
import { endingOf, findDue } from './relay-ends.ts';
import { enterRuns, finishRelays, finishRelaysAtOnce, relaysAmong } from './relay-stage.ts';
import { noService } from './service-mix.ts';

/** Moves each Ready pod on by one second, with the slots, the backlog and the CPU that are its own. */
export function stepPods(front: Front, second: FrontSecond): void {
  const { pods, sums } = front;
  const own = podsOf(front);
  if (own.relays !== null) findDue(front, own.relays, second.atSeconds);
  sums.beginning = 0;
  sums.answering = 0;
  sums.ending = 0;
  sums.relayed = 0;
  sums.waiting = 0;
  sums.cpuJobs = 0;
  front.goneInBacklogs = 0;
  updateCpuSeconds(front);
  for (let index = 0; index < pods.readyCount; index++) {
    stepPod(front, own, pods.ready[index] as number, second);
  }
  sums.cpuJobs /= Math.max(1, pods.readyCount);
  // What is less than a thousandth of a request is rounding, and would keep the pods from being pooled.
  if (sums.waiting < 0.001) sums.waiting = 0;
  if (front.trace !== null) {
    front.trace.localHeld[second.atSeconds] = localHeld(front);
    front.trace.relaysOnCpu[second.atSeconds] = relaysOnCpu(front);
    front.trace.waiting[second.atSeconds] = sums.waiting;
    front.trace.goneWaiting[second.atSeconds] = front.goneInBacklogs;
    front.trace.goneHeld[second.atSeconds] = sumOfReady(front, own.clients.gone);
    front.trace.relaysWaiting[second.atSeconds] = sumOfReady(front, own.relaysWaiting);
  }
}

function sumOfReady({ pods }: Front, column: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < pods.readyCount; index++) {
    sum += column[pods.ready[index] as number] as number;
  }
  return sum;
}

function relaysOnCpu(front: Front): number {
  return sumOfReady(front, front.columns.accepting) + sumOfReady(front, front.columns.closing);
}

function stepPod(front: Front, own: FrontPods, place: number, second: FrontSecond): void {
  const { columns, flow } = front;
  const mix = front.local ?? noService;
  const waiting = columns.waiting[place] as number;
  const at = second.atSeconds;
  takeFlow(front, own, place, second);
  const wasShared = own.cpu.isShared[place] === 1;
  const load = loadOf(front, own, place, waiting);
  passStages(flow, own.cpu, mix, load);

  const endingRate = endingRateOf(front, place, second);
  const arrived = takeArrivals(front, own, place);
  const excess = waiting - load.free + (arrived - endingRate) / 2;
  load.coming = waiting + arrived;
  const started = startingIn(flow, load);
  enterQueue(own.backlog, place, at, arrived);
  leaving.count = started;
  leaving.free = load.free;
  leaveQueue(own.backlog, place, at, leaving);
  const relaysStarted = own.relays === null ? 0 : relaysAmong(own.relays, place, own.backlog.parts);
  own.relaysWaiting[place] = Math.max(0, (own.relaysWaiting[place] as number) - relaysStarted);
  finishSecond(flow, own.cpu, mix, { started: started - relaysStarted, noise: second.noise });
  columns.waiting[place] = load.coming - started;
  starts.place = place;
  starts.started = started;
  starts.excess = excess;
  starts.endingRate = endingRate;
  starts.jobs = load.jobs;
  recordStarts(front, own, starts, second);
  if (own.cpu.isShared[place] === 1) recordPassed(front, own, place, second);
  else if (wasShared) recordUnpassed(front, own, place, second);
  const workOfRelays = stepRelays(front, own, relaysStarted, second);
  useCpu(front, flow, workOfRelays);
  storeFlow(front, own, place);
}

/** Reused. */
const leaving = { count: 0, free: 0 };
const starts = { place: 0, started: 0, excess: 0, endingRate: 0, jobs: 0 };

/** Takes up what is on a pod, and draws how many of the runs it relays end in this second. */
function takeFlow(front: Front, { relays }: FrontPods, place: number, second: FrontSecond): void {
  const { columns, flow } = front;
  flow.place = place;
  flow.at = second.atSeconds;
  flow.beginning = columns.beginning[place] as number;
  flow.answering = columns.answering[place] as number;
  flow.ending = columns.ending[place] as number;
  if (relays === null) return;
  relays.accepting = columns.accepting[place] as number;
  relays.closing = columns.closing[place] as number;
  const running = Math.max(0, (columns.relayed[place] as number) - relays.accepting - relays.closing);
  relays.ended = endingOf(relays, place, running, second.relaysEnding);
}

/** Reused. */
const load = createPodLoad();

function loadOf(front: Front, own: FrontPods, place: number, waiting: number): PodLoad {
  const { relays } = own;
  const { columns, model, flow } = front;
  const arriving = (columns.localArrivals[place] as number) + (columns.relayArrivals[place] as number);
  const slotless = own.clients.slotless[place] as number;
  const held = flow.beginning + flow.answering + flow.ending - slotless + (columns.relayed[place] as number);
  load.jobs = columns.cpuJobs[place] as number;
  load.processes = model.processes;
  load.knownRatio = 1 / model.processes;
  load.cpuSeconds = front.cpuSeconds;
  load.cpuSecondsOfJob = front.cpuSecondsOfJob;
  load.coming = waiting + arriving;
  load.free = model.slotsPerReplica - held;
  load.relayShare = relays === null ? 0 : relayShareOf(front, own, place, waiting);
  load.relays = relays;
  load.released = 0;
  load.goneFirst = 0;
  if (own.clients.isUsed[place] === 1) expectNobody(front, own, place, waiting);
  return load;
}

/** Of the slots those that come free as clients are missed, and of what waits those whose client has left. */
function expectNobody(
  { flow, patience, local }: Front,
  own: FrontPods,
  place: number,
  waiting: number,
): void {
  load.released = own.clients.slotlessChange[ringPlace(place, flow.at)] as number;
  if (waiting <= 0) return;
  load.goneFirst = waitingSince(own.backlog, place, flow.at + 0.5 - patience.seconds);
  // A chat whose client has left has its slot until the first token.
  const held = local === null ? 0 : local.cpuBefore * (1 + load.jobs) + patience.silenceSeconds;
  load.goneChatsPassing = Math.max(0, 1 - held);
}

/** Of what is there to begin, about the share that will be relayed: what waits is taken to be like its first. */
function relayShareOf(
  { columns, flow }: Front,
  { relays, backlog }: FrontPods,
  place: number,
  waiting: number,
) {
  if (relays === null) return 0;
  const coming = columns.relayArrivals[place] as number;
  const arriving = coming + (columns.localArrivals[place] as number);
  relays.shareOfCome[ringPlace(place, flow.at)] = arriving > 0 ? coming / arriving : 0;
  const oldest = relays.shareOfCome[ringPlace(place, backlog.oldest[place] as number)] as number;
  const all = waiting + arriving;
  return all > 0 ? (waiting * oldest + coming) / all : 0;
}

/** Requests that leave a pod in a second, mean. */
function endingRateOf(front: Front, place: number, { relayEndingRatio }: FrontSecond): number {
  const { columns, flow } = front;
  const local = meanEnding(flow, front.local ?? noService, columns.cpuJobs[place] as number);
  return local + (columns.relayed[place] as number) * relayEndingRatio;
}

function takeArrivals({ columns }: Front, { relaysWaiting }: FrontPods, place: number): number {
  const { localArrivals, relayArrivals } = columns;
  relaysWaiting[place] = (relaysWaiting[place] as number) + (relayArrivals[place] as number);
  const arrived = (localArrivals[place] as number) + (relayArrivals[place] as number);
  localArrivals[place] = 0;
  relayArrivals[place] = 0;
  return arrived;
}

/** Runs that are relayed move on. @returns CPU seconds of work that came with them */
function stepRelays(front: Front, own: FrontPods, started: number, second: FrontSecond): number {
  const { relays, cpu } = own;
  const { place } = front.flow;
  if (relays === null) return 0;
  const { relayed, accepting, closing } = front.columns;
  const before = relays.closing + relays.ended;
  const isShared = cpu.isShared[place] === 1;
  const accepted = isShared
    ? finishRelays(relays, cpu.clocks, front.flow, started)
    : finishRelaysAtOnce(relays, started);
  if (relays.isFollowed) {
    enterRuns(relays, place, { at: second.atSeconds, count: accepted, noise: second.noise });
  }
  const gone = recordHandover(front, own, place, accepted);
  const left = before - relays.closing + gone;
  relayed[place] = Math.max(0, (relayed[place] as number) + started - left);
  accepting[place] = relays.accepting;
  closing[place] = relays.closing;
  return (started + relays.ended) * relays.cpuSeconds;
}

/** Work is done as it comes, and as fast as the pod can: what is left over is done in the next seconds. */
function useCpu(front: Front, { place, at, work }: PodFlow, workOfRelays: number): void {
  const { cpuMilliseconds, owedCpu } = front.columns;
  const { processes, processMillicores } = front.model;
  const owed = (owedCpu[place] as number) + (work + workOfRelays) * processMillicores;
  const used = Math.min(owed, processes * processMillicores);
  owedCpu[place] = owed - used;
  cpuMilliseconds[place] = (cpuMilliseconds[place] as number) + used;
  if (front.trace !== null) {
    const busy = front.trace.busySeconds;
    busy[at] = (busy[at] as number) + used / processMillicores;
  }
}

function storeFlow(front: Front, own: FrontPods, place: number): void {
  const { columns, sums, model, flow } = front;
  const { relays } = own;
  columns.beginning[place] = flow.beginning;
  columns.answering[place] = flow.answering;
  columns.ending[place] = flow.ending;
  const waiting = columns.waiting[place] as number;
  if (own.clients.isUsed[place] === 1) passGone(front, own, place);
  if (waiting > 0) front.goneInBacklogs += goneInBacklog(front, own, place, flow.at + 1);
  const ofRelays = relays === null ? 0 : relays.accepting + relays.closing;
  const jobs = (flow.beginning + flow.ending + ofRelays) / model.processes;
  columns.cpuJobs[place] = jobs;
  sums.beginning += flow.beginning;
  sums.answering += flow.answering;
  sums.ending += flow.ending;
  sums.relayed += columns.relayed[place] as number;
  sums.waiting += waiting;
  sums.cpuJobs += jobs;
}
