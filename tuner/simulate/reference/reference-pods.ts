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
  readonly backlog: (() => void)[];
}

export interface PodSet {
  readonly all: ReferencePod[];
  readonly ready: () => ReferencePod[];
  /** Adds pods up to the count; they become Ready one by one. */
  readonly grow: (count: number) => void;
}

/** Pods of one component; the first ones are Ready from the start. Pods are only ever added. */
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
    };
    all.push(pod);
    return pod;
  };
  for (let index = 0; index < pods.replicas; index++) add(-3600);
  return {
    all,
    ready: () => all.filter(({ readyAt }) => readyAt !== null),
    grow(count) {
      while (all.length < count) {
        const pod = add(null);
        const [shortest, longest] = pods.readySeconds;
        events.add(events.now() + shortest + chance.uniform() * (longest - shortest), () => {
          pod.readyAt = events.now();
          onReady();
        });
      }
    },
  };
}

export function pick<T>(chance: Chance, values: readonly T[]): T {
  return values[Math.floor(chance.uniform() * values.length)] as T;
}
