import type { Back } from './back.ts';
import { ringMask, ringSeconds } from './fifo-queue.ts';
import { cpuWaitSeconds } from './first-token-delays.ts';
import { delayLengths, placeBefore } from './handover.ts';
import { answeredWithin, heldForGone, meanExcess, normal, pingSeconds } from './patience.ts';

/**
 * Runs in the queue and on workers whose client has left. They are run to their end all the same; what their pod of the API
 * holds for them comes free when something is written to the client.
 */
export interface GoneRuns {
  /** In the queue: of all runs, and of those that were handed over with a client. */
  waiting: number;
  leftWaiting: number;
  /** In the queue, and missed by their pod. */
  unheldWaiting: number;
  /** On workers: those whose client had left before they began, and those whose client left meanwhile. */
  begun: number;
  leftRunning: number;
  /** By how many the latter become more in each of the next seconds; a ring. */
  readonly leftChange: Float64Array;
  /** Whether there are any, or may be in this second. */
  isAny: boolean;
  /** The longest of what runs of this queue had met before, seconds. */
  longestBefore: number;
}

export function createGoneRuns(): GoneRuns {
  return {
    waiting: 0,
    leftWaiting: 0,
    unheldWaiting: 0,
    begun: 0,
    leftRunning: 0,
    leftChange: new Float64Array(ringSeconds),
    isAny: false,
    longestBefore: 0,
  };
}

export function forgetGoneRuns(gone: GoneRuns): void {
  gone.longestBefore = 0;
  if (!gone.isAny) return;
  gone.waiting = 0;
  gone.leftWaiting = 0;
  gone.unheldWaiting = 0;
  gone.begun = 0;
  gone.leftRunning = 0;
  gone.leftChange.fill(0);
  gone.isAny = false;
}

/** Runs for which no pod of the API holds anything any more. */
export function unheldRuns({ gone }: Back): number {
  return gone.isAny ? gone.unheldWaiting + gone.begun + gone.leftRunning : 0;
}

/** Of the runs on workers, the share that a pod of the API waits for. */
export function heldShareOfRunning({ gone, flow }: Back): number {
  if (!gone.isAny) return 1;
  const running = flow.beginning + flow.answering + flow.ending;
  return running > 0 ? Math.max(0, 1 - (gone.begun + gone.leftRunning) / running) : 0;
}

/** Follows those whose client has left through second `at`, in which `started` runs began; to be called when it is over. */
export function stepGoneRuns(back: Back, at: number, started: number): void {
  const { gone, before, queue, patience, waiting } = back;
  const longest = before.means[placeBefore(at, delayLengths - 1)] as number;
  if (longest > gone.longestBefore) gone.longestBefore = longest;
  const oldest = waiting > 0 || started > 0 ? (queue.oldest[0] as number) : at;
  const age = at + 2 - oldest + gone.longestBefore;
  if (age > patience.safeSeconds || (before.gone[at & ringMask] as number) > 0) gone.isAny = true;
  if (!gone.isAny) {
    if (waiting <= 0) gone.longestBefore = 0;
    return;
  }
  endGone(back, at);
  if (started > 0) beginGone(back, at);
  lookAtQueue(back, at);
  if (waiting <= 0 && gone.begun + gone.leftRunning < 0.001) forgetGoneRuns(gone);
}

/** Those on workers end like all others there. */
function endGone({ gone, flow }: Back, at: number): void {
  const running = flow.beginning + flow.answering + flow.ending;
  const before = running + flow.ended;
  if (before > 0) gone.begun *= running / before;
  const change = gone.leftChange[at & ringMask] as number;
  gone.leftChange[at & ringMask] = 0;
  gone.leftRunning = Math.min(running, Math.max(0, gone.leftRunning + change));
}

/** Luck of a second that no deviation tells of. */
const leastDeviation = 0.3;

/** Of the runs that began in this second. */
function beginGone(back: Back, at: number): void {
  const { gone, before, queue, patience } = back;
  const { count, wait, weight, second } = queue.parts;
  for (let part = 0; part < count; part++) {
    const came = second[part] as number;
    const runs = weight[part] as number;
    gone.begun += runs * (before.gone[came & ringMask] as number);
    for (let length = 0; length < delayLengths; length++) {
      const place = placeBefore(came, length);
      const ofLength = runs * (before.shares[place] as number);
      if (ofLength === 0) continue;
      const left = patience.seconds - (wait[part] as number) - (before.means[place] as number);
      const deviation = Math.max(leastDeviation, before.deviations[place] as number);
      const there = ofLength * normal(left / deviation);
      gone.begun += ofLength - there;
      if (there > 0) expectLeaving(back, at, there, Math.max(0, left));
    }
  }
}

/** `count` runs begin whose clients wait for so long yet: some of them leave before the end. */
function expectLeaving(
  { gone, patience, queued, cpuMet }: Back,
  at: number,
  count: number,
  left: number,
): void {
  const { cpuSeconds, cpuBefore } = queued;
  const onCpu = cpuSeconds + cpuWaitSeconds(cpuSeconds, cpuMet);
  const others = left - onCpu;
  const leaving = count * (1 - answeredWithin(patience, others));
  if (leaving < 1e-9) return;
  const firstToken = cpuBefore + cpuWaitSeconds(cpuBefore, cpuMet) + patience.silenceSeconds;
  const end = left + meanExcess(patience, others);
  changeAt(gone, at, Math.min(end, heldForGone(left, firstToken)), leaving);
  changeAt(gone, at, end, -leaving);
}

/** What begins anywhere in second `at` changes the number so many seconds later: in two of them. */
function changeAt(gone: GoneRuns, at: number, after: number, count: number): void {
  const second = Math.min(Math.floor(after), ringSeconds - 3);
  const next = Math.min(1, after - second);
  const { leftChange } = gone;
  const first = (at + second) & ringMask;
  const last = (at + second + 1) & ringMask;
  if (second === 0) gone.leftRunning += count * (1 - next);
  else leftChange[first] = (leftChange[first] as number) + count * (1 - next);
  leftChange[last] = (leftChange[last] as number) + count * next;
}

/** Whose client has left by the end of second `at`, and who was pinged since. */
function lookAtQueue({ gone, before, queue, waiting, patience }: Back, at: number): void {
  gone.waiting = 0;
  gone.leftWaiting = 0;
  gone.unheldWaiting = 0;
  if (waiting <= 0) return;
  const left = queue.left[0] as number;
  const oldest = queue.oldest[0] as number;
  // Of those that the ring has forgotten everybody has left: it remembers longer than a patience that ends.
  gone.leftWaiting = Math.max(0, (queue.entered[oldest & ringMask] as number) - left);
  gone.unheldWaiting = gone.leftWaiting;
  for (let second = oldest; second <= at; second++) {
    const from = Math.max(left, queue.entered[second & ringMask] as number);
    const runs = (queue.entered[(second + 1) & ringMask] as number) - from;
    if (runs <= 0) continue;
    const goneBefore = runs * (before.gone[second & ringMask] as number);
    gone.waiting += goneBefore;
    gone.unheldWaiting += goneBefore;
    const age = at + 0.5 - second;
    for (let length = 0; length < delayLengths; length++) {
      const place = placeBefore(second, length);
      const share = before.shares[place] as number;
      if (share === 0) continue;
      const patient = patience.seconds - (before.means[place] as number);
      const since = age - patient;
      if (since <= -0.5) continue;
      gone.leftWaiting += runs * share * Math.min(1, since + 0.5);
      const pinged = age - pingSeconds * Math.max(1, Math.ceil(patient / pingSeconds));
      if (pinged > -0.5) gone.unheldWaiting += runs * share * Math.min(1, pinged + 0.5);
    }
  }
  gone.waiting += gone.leftWaiting;
}
