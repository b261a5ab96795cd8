/** Tells kwok when each pod becomes Ready: writes tune.dify.ai/ready-at to each pod that runs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { KubeRequests } from './kube-api.ts';

export const readyAtAnnotation = 'tune.dify.ai/ready-at';
const retryMs = 200;

const podSchema = z.object({
  metadata: z.object({
    uid: z.string(),
    name: z.string(),
    namespace: z.string(),
    deletionTimestamp: z.string().optional(),
    labels: z.record(z.string(), z.string()).default({}),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
  status: z.object({ phase: z.string().optional() }).default({}),
});
export type StartingPod = z.infer<typeof podSchema>;

const listSchema = z.object({
  metadata: z.object({ resourceVersion: z.string() }),
  items: z.array(podSchema),
});
const eventSchema = z.object({ type: z.string(), object: z.unknown() });

export interface PodStarterOptions {
  readonly api: KubeRequests;
  /** Seconds from Running to Ready for the next pod with this `component` label. */
  readonly drawSeconds: (component: string | undefined) => number;
  readonly signal: AbortSignal;
  readonly now?: () => number;
}

/** Runs until the signal comes; outlives broken watches and an API server that is away for a while. */
export async function startPods(options: PodStarterOptions): Promise<void> {
  const started = new Set<string>();
  while (!options.signal.aborted) {
    try {
      await followPods(options, started);
    } catch {
      // The watch was cut, or the API server did not answer: list and watch anew.
    }
    await sleep(retryMs, undefined, { signal: options.signal }).catch(() => {});
  }
}

async function followPods(options: PodStarterOptions, started: Set<string>): Promise<void> {
  const { api, signal } = options;
  const list = listSchema.parse(await api.get('/api/v1/pods', signal));
  for (const pod of list.items) await startPod(pod, options, started);
  const watch = `/api/v1/pods?watch=1&resourceVersion=${list.metadata.resourceVersion}`;
  for await (const line of api.watch(watch, signal)) {
    const event = eventSchema.parse(line);
    if (event.type === 'ERROR') return;
    const pod = podSchema.safeParse(event.object);
    if (!pod.success) continue;
    if (event.type === 'DELETED') started.delete(pod.data.metadata.uid);
    else await startPod(pod.data, options, started);
  }
}

async function startPod(pod: StartingPod, options: PodStarterOptions, started: Set<string>): Promise<void> {
  const { uid, name, namespace, labels } = pod.metadata;
  if (!needsReadyAt(pod) || started.has(uid)) return;
  const readyAtMs = (options.now ?? Date.now)() + options.drawSeconds(labels.component) * 1000;
  started.add(uid);
  const change = { metadata: { annotations: { [readyAtAnnotation]: new Date(readyAtMs).toISOString() } } };
  await options.api
    .patch(`/api/v1/namespaces/${namespace}/pods/${name}`, change, options.signal)
    .catch((error) => {
      started.delete(uid);
      throw error;
    });
}

export function needsReadyAt({ metadata, status }: StartingPod): boolean {
  return (
    status.phase === 'Running' &&
    metadata.deletionTimestamp === undefined &&
    metadata.annotations[readyAtAnnotation] === undefined
  );
}
