/** What a pod uses, as a kubelet would measure it: CPU over a window, memory now. */
import type { World } from '../../worlds/world.ts';
import type { FleetPod } from './fleet.ts';

export interface PodUsage {
  readonly name: string;
  readonly cpuMillicores: number;
  readonly memoryBytes: number;
}

export class UsageMeter {
  readonly #world: World;
  /** By uid: CPU used and when, at the last measurement. */
  readonly #last = new Map<string, { usedMs: number; atMs: number }>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Usage of every pod since its last measurement; nothing for pods whose container does not run. */
  measure(pods: readonly FleetPod[], nowMs: number): PodUsage[] {
    const running = pods.filter(({ state }) => state !== 'pending');
    const uids = new Set(running.map(({ uid }) => uid));
    for (const uid of this.#last.keys()) if (!uids.has(uid)) this.#last.delete(uid);
    return running.map((pod) => ({
      name: pod.name,
      cpuMillicores: this.#cpuMillicores(pod, nowMs),
      memoryBytes: memoryOf(pod, this.#world),
    }));
  }

  #cpuMillicores(pod: FleetPod, nowMs: number): number {
    const { usedMs } = pod.process.cpu;
    const last = this.#last.get(pod.uid);
    this.#last.set(pod.uid, { usedMs, atMs: nowMs });
    const { idleCpuMillicores, startupCpuMillicores } = this.#world[pod.component];
    const idle = pod.state === 'starting' ? startupCpuMillicores : idleCpuMillicores;
    if (!last || nowMs <= last.atMs) return Math.round(idle);
    return Math.round(idle + (1000 * (usedMs - last.usedMs)) / (nowMs - last.atMs));
  }
}

function memoryOf({ component, process }: FleetPod, world: World): number {
  const { idleMiB, perActiveMiB, growthKiBPerRequest } = world[component].memory;
  const mebibytes =
    idleMiB + perActiveMiB * process.inService + (growthKiBPerRequest / 1024) * process.finished;
  return Math.round(mebibytes * 1024 * 1024);
}
