import { setTimeout as sleep } from 'node:timers/promises';
import { type KubernetesObject, ListWatch, Watch } from '@kubernetes/client-node';
import type { ApiClient } from './api-client.ts';
import { connectionError } from './api-error.ts';

export interface FollowOptions {
  /** Of the list, such as /api/v1/namespaces/x/pods. */
  readonly path: string;
  readonly labelSelector?: string;
  readonly signal: AbortSignal;
  /** New or changed, as JSON; for what existed before, `isFirstList` is true. */
  readonly onChange: (object: unknown, isFirstList: boolean) => void;
  readonly onGone: (object: unknown) => void;
  /** Once for each stretch without a connection, after the first attempt that failed. */
  readonly onDown: (reason: string) => void;
  /** Connected, the first time included. */
  readonly onUp: () => void;
}

export interface Follower {
  /** Connected as far as anybody can tell. */
  isUp(): boolean;
  /** Settled after the first list, or the first failure. */
  readonly ready: Promise<void>;
}

const firstRetryMs = 250;
const lastRetryMs = 5_000;

/**
 * Follows a collection by list and watch until the signal ends it. After a break it goes on from the last
 * resourceVersion, so that nothing in between is lost; where that is too old, it lists again.
 */
export function followObjects(api: ApiClient, options: FollowOptions): Follower {
  const { signal } = options;
  const ready = Promise.withResolvers<void>();
  let isUp = false;
  let retryMs = firstRetryMs;
  let hasListed = false;

  const connected = () => {
    retryMs = firstRetryMs;
    if (!isUp) options.onUp();
    isUp = true;
    ready.resolve();
  };
  const list = async () => {
    const query = options.labelSelector === undefined ? {} : { labelSelector: options.labelSelector };
    return (await api.get(options.path, { query, signal })) as ListAnswer;
  };
  const informer = new ListWatch<KubernetesObject>(
    options.path,
    new EndableWatch(api, signal, () => {
      hasListed = true;
      connected();
    }),
    list,
    false,
    options.labelSelector,
    undefined,
    // A server that closes quiet watches in good order would else be waited for ever longer, up to half a minute.
    { delayFn: (delayMs) => sleep(Math.min(delayMs, 1_000), undefined, { ref: false }) },
  );
  const failed = (thrown: unknown) => {
    if (signal.aborted) return;
    if (isUp || retryMs === firstRetryMs) options.onDown(describe(options.path, thrown));
    isUp = false;
    ready.resolve();
    setTimeout(() => !signal.aborted && void informer.start(), retryMs).unref();
    retryMs = Math.min(retryMs * 2, lastRetryMs);
  };
  // The library swallows what a callback throws while watching: an object that cannot be read would be lost in silence.
  const deliver = (receive: () => void) => {
    try {
      receive();
    } catch (thrown) {
      isUp = false;
      options.onDown(`${options.path} holds an object that cannot be read: ${firstLine(thrown)}`);
    }
  };
  informer.on('add', (object) => deliver(() => options.onChange(object, !hasListed)));
  informer.on('update', (object) => deliver(() => options.onChange(object, false)));
  informer.on('delete', (object) => deliver(() => options.onGone(object)));
  informer.on('error', failed);
  signal.addEventListener('abort', () => void informer.stop(), { once: true });
  if (!signal.aborted) void informer.start();
  return { isUp: () => isUp, ready: ready.promise };
}

type ListAnswer = { metadata: { resourceVersion?: string }; items: KubernetesObject[] };

/** The library's watch, which can neither be ended while it waits to reconnect nor says when it is connected. */
class EndableWatch extends Watch {
  readonly #signal: AbortSignal;
  readonly #onConnected: () => void;

  constructor(api: ApiClient, signal: AbortSignal, onConnected: () => void) {
    super(api.config);
    this.#signal = signal;
    this.#onConnected = onConnected;
  }

  override async watch(
    ...[path, query, callback, done]: Parameters<Watch['watch']>
  ): Promise<AbortController> {
    if (this.#signal.aborted) return new AbortController();
    // Bookmarks keep the resourceVersion fresh while nothing changes, or a resume would be too old after a while.
    const controller = await super.watch(path, { ...query, allowWatchBookmarks: true }, callback, done);
    if (this.#signal.aborted) controller.abort();
    else if (!controller.signal.aborted) this.#onConnected();
    return controller;
  }
}

function firstLine(thrown: unknown): string {
  return (thrown instanceof Error ? thrown.message : String(thrown)).replace(/\s+/g, ' ').slice(0, 200);
}

function describe(path: string, thrown: unknown): string {
  if (thrown instanceof Error && 'statusCode' in thrown) {
    return `watching ${path} answered ${thrown.statusCode} ${thrown.message}`;
  }
  return thrown instanceof Error && thrown.name === 'ApiError'
    ? thrown.message
    : connectionError(`watching ${path}`, thrown).message;
}
