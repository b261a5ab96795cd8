import { runningRuns } from './back.ts';
import { type Front, localHeld } from './front.ts';
import { noiseMask } from './noise.ts';
import type { World } from './world.ts';

/** Share of requests that are refused: for want of a pod, of database connections, or of calls to the model. */
export function refusedRatio(world: World, unit: Front): number {
  if (unit.pods.readyCount === 0) return 1;
  if (!world.limitsMayBind) return 0;
  const { postgresMaxConnections, llmMaxConcurrentCalls } = world.model.limits;
  let connections = 0;
  let calls = 0;
  for (const { model, pods, front, back } of world.units) {
    const running = (front === null ? 0 : localHeld(front)) + (back === null ? 0 : runningRuns(back));
    connections += Math.min(pods.scheduled * model.postgresConnections, running + (front?.sums.relayed ?? 0));
    calls += running;
  }
  return Math.max(excess(connections, postgresMaxConnections), excess(calls, llmMaxConcurrentCalls));
}

function excess(wanted: number, limit: number | null): number {
  return limit === null || wanted <= limit ? 0 : 1 - limit / wanted;
}

/**
 * Of the arrivals those that are not refused: whole requests.
 *
 * A request is taken to call the language model once, when it arrives; an application that calls it more often has a
 * limit that is lower by so much.
 *
 * @param draw where to look in the tables of random numbers
 */
export function admit(world: World, arrived: number, refused: number, draw: number): number {
  world.bucketRequests += arrived;
  if (arrived === 0) return arrived;
  const admitted = refused === 0 ? arrived : admitByRatio(world, arrived, refused, draw);
  return world.model.limits.llmCallsPerMinute === null ? admitted : takeCalls(world, admitted);
}

function admitByRatio(world: World, arrived: number, refused: number, draw: number): number {
  const luck = world.noise.uniform[Math.imul(draw, 613) & noiseMask] as number;
  const failed = Math.min(arrived, Math.floor(arrived * refused + luck));
  world.bucketFailed += failed;
  return arrived - failed;
}

const secondsPerMinute = 60;

/** Calls of the language model come in evenly, and no more than a minute's can be saved up. */
export function fillCalls(world: World, atSeconds: number): void {
  const limit = world.model.limits.llmCallsPerMinute;
  if (limit === null) return;
  const more = ((atSeconds - world.llmFilledUpTo) * limit) / secondsPerMinute;
  world.llmCallsLeft = Math.min(limit, world.llmCallsLeft + more);
  world.llmFilledUpTo = atSeconds;
}

/** As many calls as the rate limit lets begin now; the others fail. */
function takeCalls(world: World, wanted: number): number {
  const taken = Math.min(wanted, Math.floor(world.llmCallsLeft));
  world.llmCallsLeft -= taken;
  world.bucketFailed += wanted - taken;
  return taken;
}
