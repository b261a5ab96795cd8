import { type Front, localHeld } from './front.ts';
import { mostWithoutWaiting } from './most-without-waiting.ts';
import { dueIn, fillRuns, type RelayStage } from './relay-stage.ts';

/**
 * Finds out whose runs may end in second `at`.
 *
 * While slots are scarce it matters which pod's runs end: workers and queue tell how many do, and those that are due go
 * first. A run is due after a time of its own from the moment at which it was handed over, as if it found a worker at
 * once. So a pod that took in many at a time sees them end at a time, and while runs wait for workers none is forgotten.
 * Else each pod has its share of them.
 */
export function findDue(front: Front, relays: RelayStage, at: number): void {
  const { pods, columns } = front;
  const wasFollowed = relays.isFollowed;
  relays.isFollowed = mayBeFull(front);
  relays.dueOfAll = 0;
  relays.runningOfAll = 0;
  for (let index = 0; index < pods.readyCount; index++) {
    const place = pods.ready[index] as number;
    const running = runningOf(columns, place);
    relays.runningOfAll += running;
    if (!relays.isFollowed) continue;
    if (!wasFollowed) fillRuns(relays, place, at, running);
    const due = Math.min(running, dueIn(relays, place, at));
    relays.due[place] = due;
    relays.dueOfAll += due;
  }
}

function mayBeFull(front: Front): boolean {
  const { pods, model, sums } = front;
  const held = localHeld(front) + sums.relayed + sums.waiting;
  return held > pods.readyCount * mostWithoutWaiting(model.slotsPerReplica);
}

/** Of a pod's requests, runs that are in the queue or on workers. */
function runningOf({ relayed, accepting, closing }: Front['columns'], place: number): number {
  const onCpu = (accepting[place] as number) + (closing[place] as number);
  return Math.max(0, (relayed[place] as number) - onCpu);
}

/** Of the `running` runs of a pod, those that end in this second, in which `ofAll` do. */
export function endingOf(relays: RelayStage, place: number, running: number, ofAll: number): number {
  const { dueOfAll, runningOfAll } = relays;
  if (!relays.isFollowed) return runningOfAll > 0 ? Math.min(1, ofAll / runningOfAll) * running : 0;
  const due = relays.due[place] as number;
  if (ofAll <= dueOfAll) {
    const ended = dueOfAll > 0 ? due * (ofAll / dueOfAll) : 0;
    relays.due[place] = due - ended;
    return ended;
  }
  const others = runningOfAll - dueOfAll;
  relays.due[place] = 0;
  return due + (others > 0 ? Math.min(1, (ofAll - dueOfAll) / others) * (running - due) : 0);
}

/**
 * Where queue and workers turn out to hold more runs than the pods relay, or fewer, the pods do so as well, each in its
 * proportion.
 *
 * @param inBack runs that are in the queue or on workers
 */
export function settleRelays({ pods, columns, sums, orphans }: Front, inBack: number): void {
  const { relayed } = columns;
  let running = 0;
  for (let index = 0; index < pods.readyCount; index++) {
    running += runningOf(columns, pods.ready[index] as number);
  }
  if (running <= 0) return;
  const change = Math.max(0, inBack - orphans) / running - 1;
  sums.relayed = 0;
  for (let index = 0; index < pods.readyCount; index++) {
    const place = pods.ready[index] as number;
    const held = (relayed[place] as number) + change * runningOf(columns, place);
    relayed[place] = held;
    sums.relayed += held;
  }
}
