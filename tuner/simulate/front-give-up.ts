import type { UncertainDelay } from './delay-histogram.ts';
import { ringPlace, ringSeconds, waitingSince } from './fifo-queue.ts';
import { addWaits, type CpuMet, cpuWaitSeconds } from './first-token-delays.ts';
import type { Front, FrontPods } from './front.ts';
import type { FrontSecond } from './front-second.ts';
import { answeredWithin, eachPartOf, heldForGone, meanExcess } from './patience.ts';
import { noService } from './service-mix.ts';

/** Requests that run on pods for a client that has left, or will before the answer is whole. */
export interface GoneClients {
  /** By place: requests without a slot, and those whose client has left, whether it is missed yet or not. */
  readonly slotless: Float64Array;
  readonly gone: Float64Array;
  /** By how many both change in each of the next seconds; a ring per pod, made when it is needed: most simulations never do. */
  slotlessChange: Float64Array;
  goneChange: Float64Array;
  /** 1 for places at which the rings hold anything. */
  readonly isUsed: Uint8Array;
  /** Since when they do, or since when a pod's CPU is shared. */
  readonly since: Float64Array;
}

const none = new Float64Array(0);

export function createGoneClients(places: number): GoneClients {
  return {
    slotless: new Float64Array(places),
    gone: new Float64Array(places),
    slotlessChange: none,
    goneChange: none,
    isUsed: new Uint8Array(places),
    since: new Float64Array(places),
  };
}

export function forgetGone(clients: GoneClients, place: number): void {
  if (clients.isUsed[place] === 0) return;
  const from = place * ringSeconds;
  clients.isUsed[place] = 0;
  clients.slotless[place] = 0;
  clients.gone[place] = 0;
  clients.slotlessChange.fill(0, from, from + ringSeconds);
  clients.goneChange.fill(0, from, from + ringSeconds);
}

/** The second is over; to be called where the rings hold anything. */
export function passGone(front: Front, own: FrontPods, place: number): void {
  const { slotless, slotlessChange, gone, goneChange, since } = own.clients;
  const { at, beginning, answering, ending } = front.flow;
  const running = beginning + answering + ending;
  const ring = ringPlace(place, at);
  slotless[place] = within(running, (slotless[place] as number) + (slotlessChange[ring] as number));
  gone[place] = within(running, (gone[place] as number) + (goneChange[ring] as number));
  slotlessChange[ring] = 0;
  goneChange[ring] = 0;
  if (own.cpu.isShared[place] === 0) since[place] = at + 1;
  else if (isMostlyOnCpu(front, place)) {
    gone[place] = within(running, running - begunWithin(front, own, place));
  }
}

function isMostlyOnCpu({ columns, local }: Front, place: number): boolean {
  const { cpuSeconds, waitSeconds } = local ?? noService;
  return (columns.cpuJobs[place] as number) * cpuSeconds > waitSeconds;
}

/**
 * Requests that began on a pod so short ago that their client is there yet. Where they are on the CPU for longer than others
 * make them wait, who came first is done first, however wrong it was what had been expected of them.
 */
function begunWithin({ patience, flow, columns }: Front, own: FrontPods, place: number): number {
  const { cpu, backlog, clients } = own;
  const waited = (columns.waiting[place] as number) > 0 ? flow.at - (backlog.oldest[place] as number) : 0;
  const since = Math.ceil(flow.at + 1 - Math.max(0, patience.seconds - waited));
  if (since < (clients.since[place] as number)) return Number.POSITIVE_INFINITY;
  const { entered } = cpu.before;
  return (entered[ringPlace(place, flow.at + 1)] as number) - (entered[ringPlace(place, since)] as number);
}

/** A pod has no fewer, and not more, without a client than it has. */
function within(most: number, count: number): number {
  return Math.min(most, Math.max(0, count));
}

/** Of the requests in a pod's backlog, those whose client has left by a moment. */
export function goneInBacklog(
  { patience }: Front,
  { backlog }: FrontPods,
  place: number,
  moment: number,
): number {
  return waitingSince(backlog, place, moment - patience.seconds);
}

/** A part of those that begin on a pod in a second. */
export interface LateStarts {
  readonly place: number;
  readonly at: number;
  readonly count: number;
}

/** Requests begin of which some clients have left or will: when their slots come free, and when they are done. */
export function expectGone(
  front: Front,
  clients: GoneClients,
  { place, at, count }: LateStarts,
  slotWait: Readonly<UncertainDelay>,
): void {
  const { patience, cpuMet } = front;
  const { cpuBefore, cpuAfter } = front.local ?? noService;
  const before = cpuBefore + cpuWaitSeconds(cpuBefore, cpuMet);
  const after = cpuAfter + cpuWaitSeconds(cpuAfter, cpuMet);
  const firstToken = before + patience.silenceSeconds;
  if (clients.isUsed[place] === 0) beginGone(clients, place, at);
  eachPartOf(slotWait, (waited, weight) => {
    const left = Math.max(0, patience.seconds - waited);
    const others = left - before - after;
    const gone = count * weight * (1 - answeredWithin(patience, others));
    if (gone < nothing) return;
    const end = left + meanExcess(patience, others);
    changeAt(clients.goneChange, clients.gone, { place, at }, left, gone);
    changeAt(clients.goneChange, clients.gone, { place, at }, end, -gone);
    const held = Math.min(end, heldForGone(left, firstToken));
    changeAt(clients.slotlessChange, clients.slotless, { place, at }, held, gone);
    changeAt(clients.slotlessChange, clients.slotless, { place, at }, end, -gone);
  });
}

function beginGone(clients: GoneClients, place: number, at: number): void {
  const { length } = clients.gone;
  if (clients.goneChange === none) {
    clients.slotlessChange = new Float64Array(length * ringSeconds);
    clients.goneChange = new Float64Array(length * ringSeconds);
  }
  clients.since[place] = at;
  clients.isUsed[place] = 1;
}

/** Less is rounding. */
const nothing = 1e-9;

/** What begins anywhere in second `at` changes a column `after` seconds later: in two seconds, or in this one and the next. */
function changeAt(
  ring: Float64Array,
  column: Float64Array,
  { place, at }: Pick<LateStarts, 'place' | 'at'>,
  after: number,
  count: number,
): void {
  const second = Math.min(Math.floor(after), ringSeconds - 3);
  const next = Math.min(1, after - second);
  const first = ringPlace(place, at + second);
  const last = ringPlace(place, at + second + 1);
  if (second === 0) column[place] = (column[place] as number) + count * (1 - next);
  else ring[first] = (ring[first] as number) + count * (1 - next);
  ring[last] = (ring[last] as number) + count * next;
}

/** Reused. */
const slotOnly: UncertainDelay = { mean: 0, deviation: 0 };
const together: UncertainDelay = { mean: 0, deviation: 0 };
const known: CpuMet = { jobs: 0, growth: 0, variation: 0, most: Number.POSITIVE_INFINITY };

/**
 * First tokens of requests of which not all are answered in time: those that are count, the others have failed.
 *
 * @param cpuWait up to the first token
 */
export function addAnswered(
  front: Front,
  second: FrontSecond,
  count: number,
  slotWait: Readonly<UncertainDelay>,
  cpuWait: Readonly<UncertainDelay>,
): void {
  const { patience, cpuMet } = front;
  const { cpuBefore, cpuAfter, cpuSeconds } = front.local ?? noService;
  const after = cpuWaitSeconds(cpuAfter, cpuMet);
  const ofSlot = slotWait.deviation ** 2;
  const all = ofSlot + cpuWait.deviation ** 2;
  const { mean } = slotWait;
  together.mean = mean + cpuWait.mean;
  together.deviation = Math.sqrt(all);
  eachPartOf(together, (waited, weight) => {
    const inTime = answeredWithin(patience, patience.seconds - waited - cpuSeconds - after);
    front.abandoned += count * weight * (1 - inTime);
    const further = waited - mean - cpuWait.mean;
    slotOnly.mean = Math.max(0, Math.min(waited, mean + (all > 0 ? (further * ofSlot) / all : 0)));
    addWaits(second.delays, count * weight * inTime, slotOnly, {
      cpuWait: waited - slotOnly.mean,
      cpuSeconds: cpuBefore,
      cpu: known,
    });
  });
}
