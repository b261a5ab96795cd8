import { runningRuns } from './back.ts';
import type { World } from './world.ts';

/**
 * Polls the length of the queue when that is due at the beginning of a second, before anything happens in it.
 *
 * Where the length is of waiting runs alone, a poll within a calm stretch finds 0 and may be made after it; only
 * where it counts running ones as well does it end the stretch.
 */
export function pollIfDue(world: World, atSeconds: number): void {
  if (atSeconds < world.nextPollAt) return;
  const { externalPeriodSeconds, queueCountsRunning } = world.model.metricPipeline;
  world.nextPollAt += externalPeriodSeconds;
  let length = 0;
  for (const { back } of world.units) {
    if (back !== null) length += back.waiting + (queueCountsRunning ? runningRuns(back) : 0);
  }
  world.polledQueueDepth = length;
}

/** Of the polls before the next sync only the last is ever read. */
export function skipPolls(world: World, nextQueueSync: number): void {
  const { externalPeriodSeconds } = world.model.metricPipeline;
  const periods = Math.floor((nextQueueSync - world.nextPollAt) / externalPeriodSeconds);
  if (periods > 0) world.nextPollAt += periods * externalPeriodSeconds;
}
