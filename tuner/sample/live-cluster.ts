import { type ClusterSample, knownDesiredReplicas } from '../contracts/cluster-sample.ts';
import type { ComponentName } from '../contracts/component.ts';
import type { Gap } from '../contracts/estimate.ts';
import type { RunEvent } from '../contracts/run-event.ts';
import type { LiveCluster, LiveComponent } from './sampler.ts';

/** The newest of what was written, for people to watch. */
export interface LiveState {
  see(line: ClusterSample | RunEvent): void;
  snapshot(openGaps: readonly Gap[]): LiveCluster;
}

const unseen: LiveComponent = { specReplicas: null, readyReplicas: null, desiredReplicas: null };

/** @param queue the one shown; null: none is sampled */
export function startLiveState(components: readonly ComponentName[], queue: string | null): LiveState {
  const seen = new Map<ComponentName, LiveComponent>(components.map((name) => [name, unseen]));
  let queueDepth: number | null = null;
  const update = (component: ComponentName, fields: Partial<LiveComponent>) =>
    seen.set(component, { ...(seen.get(component) ?? unseen), ...fields });
  return {
    see(line) {
      if (line.type === 'scale') {
        update(line.component, { specReplicas: line.specReplicas, readyReplicas: line.readyReplicas });
      } else if (line.type === 'hpa' && line.component !== null) {
        update(line.component, { desiredReplicas: knownDesiredReplicas(line) });
      } else if (line.type === 'queue' && line.queue === queue) {
        queueDepth = line.queueDepth + line.unacked;
      }
    },
    snapshot: (openGaps) => ({
      components: Object.fromEntries(seen),
      queueDepth: openGaps.some(({ source }) => source === 'queue') ? null : queueDepth,
      openGaps,
    }),
  };
}
