import { type Back, endingRatioOf, expectEnds, runsIn } from './back.ts';
import { stepBusy } from './busy-workers.ts';
import { passCalm, planCalm, takeRest } from './calm-workers.ts';
import type { FrontFlow, QueuedFlow } from './flows.ts';
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
import { clearHandover, type Handover } from './handover.ts';
import { pollIfDue } from './poll-queue.ts';
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
  const abandonedBefore = unit.abandoned;
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
  world.bucketFailed += unit.abandoned - abandonedBefore;
  if (queued === null) return;
  queued.second.atSeconds = at;
  const ended = serveQueue(world, queued, unit.handover);
  clearHandover(unit.handover);
  const inBack = runsIn(queued.back);
  if (unit.isPooled) {
    stepPooledRelays(unit, relayed, ended);
    unit.sums.relayed = Math.max(0, inBack - unit.orphans);
    if (unit.trace !== null) traceRelays(unit, relayed + ended, at, at + 1);
  } else {
    endOrphans(unit, ended);
    settleRelays(unit, inBack);
  }
}

/** How many of the runs that pods relay end in this second: the workers know before. */
function expectRelays(second: FrontSecond, { sums, orphans }: Front, back: Back): void {
  const all = sums.relayed + orphans;
  second.relayEndingRatio = endingRatioOf(back);
  second.relaysEnding = all > 0 ? expectEnds(back, second.atSeconds) * (sums.relayed / all) : 0;
}

/** @returns runs that ended */
function serveQueue(world: World, { back, second }: QueuedFlow, coming: Handover): number {
  const abandonedBefore = back.abandoned;
  const ended = stepBusy(back, coming, second);
  world.bucketFailed += back.abandoned - abandonedBefore;
  return ended;
}

/** Which classes the local arrivals are of; a pod's arrivals are split like all of them. */
function shareLocalArrivals({ classes, local }: FrontFlow, from: number, to: number): void {
  if (classes.length < 2) return;
  const total = sumOf(local, from, to);
  for (const { arrivals, delays } of classes) {
    if (delays !== null) delays.share = total === 0 ? 0 : sumOf(arrivals, from, to) / total;
  }
}
