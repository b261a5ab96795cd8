import type { Chance } from './chance.ts';
import type { EventQueue } from './event-queue.ts';
import type { ReferencePods } from './reference-case.ts';
import { createSharedProcessor, type SharedProcessor } from './shared-processor.ts';

/** One pod of the reference. */
export interface ReferencePod {
  readonly name: string;
  readonly createdAt: number;
  readyAt: number | null;
  readonly processes: readonly SharedProcessor[];
  free: number;
  /** Requests in its listen backlog. */
  readonly backlog: Held[];
  /** Requests in its slots. */
  readonly held: Set<Held>;
  /** Processor time that it had used when it was scaled in; null while it is not. */
  busyAtRemoval: number | null;
}

/** A request on a pod. */
export interface Held {
  readonly begin: () => void;
  /** It is lost with its pod. */
  readonly cut: () => void;
}

export interface PodSet {
  readonly all: ReferencePod[];
  readonly ready: () => ReferencePod[];
  /** Adds pods up to the count; they become Ready one by one. */
  readonly grow: (count: number) => void;
  /** Takes away pods down to the count: at once from the load, and what they hold after their grace. */
  readonly shrink: (count: number) => void;
}

const usualGraceSeconds = 30;

/** Pods of one component; the first ones are Ready from the start. */
export function createPodSet(
  events: EventQueue,
  chance: Chance,
  pods: ReferencePods,
  onReady: () => void,
): PodSet {
  const all: ReferencePod[] = [];
  const add = (readyAt: number | null) => {
    const pod: ReferencePod = {
      name: `pod-${all.length}`,
      createdAt: readyAt === null ? events.now() : -3600,
      readyAt,
      processes: Array.from({ length: pods.processes }, () => createSharedProcessor(events, pods.speed)),
      free: pods.slots,
      backlog: [],
      held: new Set(),
      busyAtRemoval: null,
    };
    all.push(pod);
    return pod;
  };
  for (let index = 0; index < pods.replicas; index++) add(-3600);
  return {
    all,
    ready: () => present(all).filter(({ readyAt }) => readyAt !== null),
    shrink(count) {
      while (present(all).length > count) {
        const victim = chooseVictim(events, chance, present(all));
        victim.busyAtRemoval = busySecondsOf(victim);
        // Gunicorn closes its socket at once: whoever is not accepted yet is refused.
        for (const { cut } of victim.backlog.splice(0)) cut();
        events.add(events.now() + (pods.graceSeconds ?? usualGraceSeconds), () => {
          for (const { cut } of [...victim.held]) cut();
        });
      }
    },
    grow(count) {
      while (present(all).length < count) {
        const pod = add(null);
        const [shortest, longest] = pods.readySeconds;
        events.add(events.now() + shortest + chance.uniform() * (longest - shortest), () => {
          if (pod.busyAtRemoval !== null) return;
          pod.readyAt = events.now();
          onReady();
        });
      }
    },
  };
}

function present(all: readonly ReferencePod[]): ReferencePod[] {
  return all.filter(({ busyAtRemoval }) => busyAtRemoval === null);
}

/** Pods that are not Ready go first, then those that are so for the shortest time, by its base-2 logarithm, and luck. */
function chooseVictim(events: EventQueue, chance: Chance, pods: readonly ReferencePod[]): ReferencePod {
  const ranked = pods.map((pod) => {
    const readySeconds = pod.readyAt === null ? -1 : events.now() - pod.readyAt;
    const rank = readySeconds < 0 ? -1 : readySeconds < 1 ? 0 : 1 + Math.floor(Math.log2(readySeconds));
    return { pod, rank: rank + chance.uniform() };
  });
  return ranked.reduce((lowest, one) => (one.rank < lowest.rank ? one : lowest)).pod;
}

/** Of its processes, up to when it was scaled in. */
export function busySecondsOf({ processes, busyAtRemoval }: ReferencePod): number {
  return busyAtRemoval ?? processes.reduce((sum, process) => sum + process.busySeconds(), 0);
}

export function pick<T>(chance: Chance, values: readonly T[]): T {
  return values[Math.floor(chance.uniform() * values.length)] as T;
}
