import { createChance } from './chance.ts';
import type { EventQueue } from './event-queue.ts';
import type { ReferenceWeb, WebRecord } from './reference-case.ts';
import { createPodSet, type PodSet, pick } from './reference-pods.ts';

/** The web front end while it is simulated. */
export interface Web {
  readonly pods: PodSet;
  /** The pages of the second that begins now will be opened. */
  readonly beginSecond: (second: number) => void;
  readonly endSecond: () => void;
  readonly record: WebRecord;
}

/** Luck of its own: pages must not change what chats and runs meet. */
const seedApart = 1_000_003;

export function createWeb(events: EventQueue, web: ReferenceWeb, seed: number): Web {
  const chance = createChance(seed + seedApart);
  const pods = createPodSet(events, chance, web.pods, () => {});
  const firstByteSeconds: number[] = [];
  const busyRatio: number[] = [];
  const replicas: number[] = [];
  let busyBefore = 0;
  const open = () => {
    const openedAt = events.now();
    const process = pick(chance, pick(chance, pods.ready()).processes);
    process.run(web.pageCpuSeconds, () => firstByteSeconds.push(events.now() - openedAt));
  };
  return {
    pods,
    record: { firstByteSeconds, busyRatio, replicas },
    beginSecond(second) {
      const count = web.pages[second] ?? 0;
      for (let page = 0; page < count; page++) events.add(second + chance.uniform(), open);
    },
    endSecond() {
      const processes = pods.all.flatMap((pod) => pod.processes);
      const busy = processes.reduce((sum, process) => sum + process.busySeconds(), 0);
      const ready = pods.ready().length;
      busyRatio.push((busy - busyBefore) / Math.max(1, ready * web.pods.processes));
      replicas.push(ready);
      busyBefore = busy;
    },
  };
}
