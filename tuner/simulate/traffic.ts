import { type Back, endingRatioOf, expectEnds, runsIn } from './back.ts';
import { stepBusy } from './busy-workers.ts';
import { passCalm, planCalm, takeRest } from './calm-workers.ts';
import type { FrontFlow } from './flows.ts';
import type { Front } from './front.ts';
import {
  acceptPooled,
  acceptSeconds,
  endOrphans,
  isSurelyBusy,
  passPool,
  planPool,
  stepPooledRelays,
  traceRelays,
} from './front-pool.ts';
import { type FrontSecond, stepFront } from './front-second.ts';
import { clearHandover } from './handover.ts';
import { pollIfDue } from './poll-queue.ts';
import { heldShareOfRunning, unheldRuns } from './queue-give-up.ts';
import { settleRelays } from './relay-ends.ts';
import { admit, fillCalls, refusedRatio } from './shared-limits.ts';
import type { World } from './world.ts';

/**
 * Seconds [from, to) of traffic, in which no pod comes or goes: requests arrive, are served at the connections, and
 * run from the queue. While nothing comes near a limit they are taken in one go, else one by one.
 */
export function serveTraffic(world: World, from: number, to: number): void {
  for (let index = 0; index < world.fronts.length; index++) {
    const flow = world.fronts[index] as FrontFlow;
    for (let at = from; at < to; ) {
      const calm = world.limitsMayBind ? 0 : planStretch(flow, at, to - at);
      if (calm > 0) serveCalm(world, flow, at, calm);
      else serveSecond(world, flow, at);
      at += Math.max(1, calm);
    }
  }
}

/** Arrivals of late: over about this long. */
const smoothingSeconds = 5;

function smoothArrivals(unit: Front, locals: number, relays: number, seconds: number): void {
  const weight = seconds / (seconds + smoothingSeconds);
  unit.localsOfLate += weight * (locals / seconds - unit.localsOfLate);
  unit.relaysOfLate += weight * (relays / seconds - unit.relaysOfLate);
}

/** What was planned for front and queue happens. */
function serveCalm(world: World, flow: FrontFlow, from: number, seconds: number): void {
  const { unit, second, queued } = flow;
  const to = from + seconds;
  const locals = unit.plan.came;
  shareLocalArrivals(flow, from, to);
  passPool(unit, second);
  let relays = 0;
  if (queued !== null) {
    const { back } = queued;
    relays = back.plan.came;
    const ended = passCalm(back, queued.second, acceptSeconds(unit));
    takeRest(back, unit.handover);
    stepPooledRelays(unit, relays, ended);
    unit.sums.relayed = Math.max(0, runsIn(back) - unit.orphans);
    if (unit.trace !== null) traceRelays(unit, relays + ended, from, to);
    pollIfDue(world, to - 1);
  }
  world.bucketRequests += relays + locals;
  smoothArrivals(unit, locals, relays, seconds);
}

/** Plans front and queue for as many seconds as both are calm. */
function planStretch(flow: FrontFlow, from: number, seconds: number): number {
  const { unit, second, queued, relayed } = flow;
  second.atSeconds = from;
  unit.arrivals.local = flow.local;
  unit.arrivals.first = from;
  if (queued === null) return planPool(unit, second, unit.sums.relayed, seconds);
  const { back } = queued;
  if (isSurelyBusy(unit)) return 0;
  queued.second.atSeconds = from;
  const calmOfBack = planCalm(back, queued.second, { counts: relayed, first: from, seconds });
  // Runs that end meanwhile make room, but as a stretch is short little is lost by leaving that out.
  const calm = planPool(unit, second, unit.sums.relayed + back.plan.came, calmOfBack);
  if (calm < calmOfBack && calm > 0) {
    planCalm(back, queued.second, { counts: relayed, first: from, seconds: calm });
  }
  return calm;
}

function sumOf(counts: Uint16Array, from: number, to: number): number {
  let sum = 0;
  for (let at = from; at < to; at++) sum += counts[at] as number;
  return sum;
}

const oneSecond = new Uint16Array(1);

function serveSecond(world: World, flow: FrontFlow, at: number): void {
  const { unit, second, queued } = flow;
  if (queued !== null) pollIfDue(world, at);
  if (world.limitsMayBind) fillCalls(world, at);
  const refused = refusedRatio(world, unit);
  const local = admit(world, flow.local[at] as number, refused, at);
  const relayed = admit(world, flow.relayed[at] as number, refused, at + 7);
  second.atSeconds = at;
  shareLocalArrivals(flow, at, at + 1);
  oneSecond[0] = local;
  unit.arrivals.local = oneSecond;
  unit.arrivals.first = 0;
  if (planPool(unit, second, unit.sums.relayed + relayed, 1) === 1) {
    passPool(unit, second);
    acceptPooled(unit, relayed);
  } else {
    if (queued !== null) expectRelays(second, unit, queued.back);
    stepFront(unit, second, local, relayed);
  }
  smoothArrivals(unit, local, relayed, 1);
  if (queued === null) return;
  queued.second.atSeconds = at;
  const ended = stepBusy(queued.back, unit.handover, queued.second);
  clearHandover(unit.handover);
  const passedOn = ended * heldShareOfRunning(queued.back);
  const inBack = Math.max(0, runsIn(queued.back) - unheldRuns(queued.back));
  if (unit.isPooled) {
    stepPooledRelays(unit, relayed, passedOn);
    unit.sums.relayed = Math.max(0, inBack - unit.orphans);
    if (unit.trace !== null) traceRelays(unit, relayed + passedOn, at, at + 1);
  } else {
    endOrphans(unit, passedOn);
    settleRelays(unit, inBack);
  }
}

/** How many of the runs that pods relay end in this second: the workers know before. */
function expectRelays(second: FrontSecond, { sums, orphans }: Front, back: Back): void {
  const all = sums.relayed + orphans;
  const held = heldShareOfRunning(back);
  const inBack = runsIn(back);
  const heldInBack = inBack - unheldRuns(back);
  second.relayEndingRatio = heldInBack > 0 ? endingRatioOf(back) * held * (inBack / heldInBack) : 0;
  second.relaysEnding = all > 0 ? expectEnds(back, second.atSeconds) * held * (sums.relayed / all) : 0;
}

/** Which classes the local arrivals are of; a pod's arrivals are split like all of them. */
function shareLocalArrivals({ classes, local }: FrontFlow, from: number, to: number): void {
  if (classes.length < 2) return;
  const total = sumOf(local, from, to);
  for (const { arrivals, delays } of classes) {
    if (delays !== null) delays.share = total === 0 ? 0 : sumOf(arrivals, from, to) / total;
  }
}
