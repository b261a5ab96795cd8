/** The pods of a release as the API server shows them: list, then watch, and again when the watch breaks. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { KubeApi } from '../../cluster/kube-api.ts';
import type { PodListener, PodSource } from './pod-source.ts';
import { readPod } from './read-pod.ts';

const retryMs = 500;

const listSchema = z.object({
  metadata: z.object({ resourceVersion: z.string() }),
  items: z.array(z.unknown()),
});
const eventSchema = z.object({ type: z.string(), object: z.unknown() });

export interface ClusterPodsOptions {
  readonly api: KubeApi;
  readonly namespace: string;
  readonly release: string;
  readonly log: (line: string) => void;
}

export function clusterPods(options: ClusterPodsOptions): PodSource {
  const stopping = new AbortController();
  let following: Promise<void> | undefined;
  return {
    start(listener) {
      const follower = new Follower(options, listener, stopping.signal);
      const listed = follower.list();
      following = listed.then((version) => follower.follow(version));
      following.catch(() => {});
      return listed.then(() => {});
    },
    async stop() {
      stopping.abort();
      await following?.catch(() => {});
    },
  };
}

class Follower {
  readonly #options: ClusterPodsOptions;
  readonly #listener: PodListener;
  readonly #signal: AbortSignal;
  readonly #path: string;
  readonly #known = new Set<string>();

  constructor(options: ClusterPodsOptions, listener: PodListener, signal: AbortSignal) {
    this.#options = options;
    this.#listener = listener;
    this.#signal = signal;
    const selector = encodeURIComponent(`app.kubernetes.io/instance=${options.release}`);
    this.#path = `/api/v1/namespaces/${options.namespace}/pods?labelSelector=${selector}`;
  }

  /** Reports every pod there is, and those gone since the last list. Returns the version to watch from. */
  async list(): Promise<string> {
    const { metadata, items } = listSchema.parse(await this.#options.api.get(this.#path, this.#signal));
    const present = new Set(items.map((object) => this.#seen(object)));
    for (const uid of [...this.#known]) if (!present.has(uid)) this.#gone(uid);
    return metadata.resourceVersion;
  }

  /** Until the signal comes. */
  async follow(version: string): Promise<void> {
    let from: string | undefined = version;
    while (!this.#signal.aborted) {
      try {
        from ??= await this.list();
        await this.#watch(from);
      } catch (error) {
        if (!this.#signal.aborted) this.#options.log(`pods: ${String(error)}`);
      }
      from = undefined;
      await sleep(retryMs, undefined, { signal: this.#signal }).catch(() => {});
    }
  }

  async #watch(version: string): Promise<void> {
    const path = `${this.#path}&watch=1&resourceVersion=${version}`;
    for await (const line of this.#options.api.watch(path, this.#signal)) {
      const { type, object } = eventSchema.parse(line);
      if (type === 'ERROR') return;
      if (type === 'DELETED') this.#gone(readPod(object)?.uid);
      else this.#seen(object);
    }
  }

  #seen(object: unknown): string | undefined {
    const pod = readPod(object);
    if (!pod) return undefined;
    this.#known.add(pod.uid);
    this.#listener.seen(pod);
    return pod.uid;
  }

  #gone(uid: string | undefined): void {
    if (uid !== undefined && this.#known.delete(uid)) this.#listener.gone(uid);
  }
}
