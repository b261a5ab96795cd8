import type { ServerResponse } from 'node:http';
import type { FakeApiServer, StoredObject, Write } from '../../../cluster/testing/fake-api-server.ts';
import { startAtAnnotation } from '../manifests.ts';
import { apiPaths } from '../paths.ts';

/** How one runner behaves; everything but the share of the load may be left out. */
export interface FakeRunnerBehaviour {
  /** Chats it starts and ends in each second. */
  readonly perSecond: number;
  readonly seconds: number;
  /** Its container never begins, for this reason. */
  readonly waiting?: { readonly reason: string; readonly message: string };
  readonly unschedulable?: string;
  /** k6 ends at once with this code and these lines. */
  readonly crash?: { readonly exitCode: number; readonly lines: readonly string[] };
  /** Its pod is deleted after so many seconds of load. */
  readonly diesAfterSeconds?: number;
  /** Its log stream breaks in the middle of these lines, counted over all streams from 1. */
  readonly breaksAtLines?: readonly number[];
  /** Its clock is ahead by this. */
  readonly clockAheadMs?: number;
  /** It never reads the moment of the start. */
  readonly isDeaf?: boolean;
  /** k6-operator's starter never comes to it. */
  readonly isNeverBegun?: boolean;
  /** Lines of k6's own log. */
  readonly says?: readonly string[];
}

interface FakePod {
  readonly name: string;
  readonly index: number;
  readonly behaviour: FakeRunnerBehaviour;
  readonly log: { readonly stamp: string; readonly text: string }[];
  readonly streams: Set<ServerResponse>;
  sentLines: number;
  hasStarted: boolean;
  hasEnded: boolean;
}

const node = 'node-0';

/**
 * Plays the Job controller (or k6-operator), the kubelet and k6 on a FakeApiServer: pods for each Job or TestRun that
 * is made, logs that follow, k6 that waits at its gate and then writes a second of load each `secondMs`.
 */
export class FakeRunners {
  readonly pods: FakePod[] = [];
  /** Each moment of a start that was written into a pod. */
  readonly startsTold: { readonly pod: string; readonly startAt: string }[] = [];
  readonly #server: FakeApiServer;
  readonly #namespace: string;
  readonly #behaviours: readonly FakeRunnerBehaviour[];
  readonly #secondMs: number;
  readonly #timers = new Set<ReturnType<typeof setInterval>>();

  constructor(
    server: FakeApiServer,
    options: { namespace: string; behaviours: readonly FakeRunnerBehaviour[]; secondMs?: number },
  ) {
    this.#server = server;
    this.#namespace = options.namespace;
    this.#behaviours = options.behaviours;
    this.#secondMs = options.secondMs ?? 5;
    const { namespace } = options;
    for (const collection of [
      apiPaths.configMaps(namespace),
      apiPaths.secrets(namespace),
      apiPaths.pods(namespace),
      apiPaths.jobs(namespace),
      apiPaths.testRuns(namespace),
    ]) {
      server.writable.add(collection);
    }
    server.onWrite = (write) => this.#onWrite(write);
  }

  /** Objects in the namespace that a run has made. */
  left(): string[] {
    const paths = [apiPaths.configMaps, apiPaths.secrets, apiPaths.pods, apiPaths.jobs, apiPaths.testRuns];
    return paths.flatMap((path) => {
      const collection = path(this.#namespace);
      return this.#server
        .stored(collection)
        .map(({ metadata }) => `${collection.split('/').at(-1)}/${metadata.name}`);
    });
  }

  dispose(): void {
    for (const timer of this.#timers) clearInterval(timer);
    for (const pod of this.pods) for (const stream of pod.streams) stream.destroy();
  }

  #onWrite({ method, collection, object }: Write): void {
    const kind = collection.split('/').at(-1);
    if (method === 'POST' && (kind === 'jobs' || kind === 'testruns')) this.#makePods(object, kind);
    if (method === 'DELETE' && (kind === 'jobs' || kind === 'testruns')) this.#deletePods();
    if (method === 'DELETE' && kind === 'pods') this.#onDeleted(object.metadata.name);
    if (method === 'PATCH' && kind === 'pods') this.#onAnnotated(object);
  }

  #makePods(owner: StoredObject, kind: 'jobs' | 'testruns'): void {
    for (const [index, behaviour] of this.#behaviours.entries()) {
      const name =
        kind === 'jobs' ? `${owner.metadata.name}-${index}-x` : `${owner.metadata.name}-${index + 1}-x`;
      const pod: FakePod = {
        name,
        index,
        behaviour,
        log: [],
        streams: new Set(),
        sentLines: 0,
        hasStarted: false,
        hasEnded: false,
      };
      this.pods.push(pod);
      this.#server.put(apiPaths.pods(this.#namespace), podObject(owner, pod, kind));
      this.#server.answer(`${apiPaths.pods(this.#namespace)}/${name}/log`, (request, response) =>
        this.#serveLog(pod, new URL(request.url ?? '', 'http://x').searchParams.get('sinceTime'), response),
      );
      if (behaviour.waiting === undefined && behaviour.unschedulable === undefined) {
        setTimeout(() => this.#begin(pod, kind), 5 + 10 * index);
      }
    }
  }

  #begin(pod: FakePod, kind: 'jobs' | 'testruns'): void {
    const { crash, isNeverBegun = false, says = [] } = pod.behaviour;
    this.#setState(pod, { running: {} });
    if (crash !== undefined) {
      for (const line of crash.lines) this.#write(pod, line);
      this.#end(pod, crash.exitCode);
      return;
    }
    this.#write(pod, {
      type: 'header',
      schemaVersion: 1,
      startAt: now(pod),
      histogram,
      runner: String(pod.index),
    });
    for (const text of says) this.#write(pod, text);
    this.#control(pod, { state: 'ready' });
    if (kind === 'testruns' && !isNeverBegun) setTimeout(() => this.#load(pod), 100);
  }

  #onAnnotated(object: StoredObject): void {
    const pod = this.pods.find(({ name }) => name === object.metadata.name);
    const startAt = object.metadata.annotations?.[startAtAnnotation];
    if (startAt !== undefined) this.startsTold.push({ pod: object.metadata.name, startAt });
    if (pod === undefined || startAt === undefined || pod.behaviour.isDeaf === true || pod.hasStarted) return;
    this.#control(pod, { state: 'armed', startAt });
    const ahead = pod.behaviour.clockAheadMs ?? 0;
    setTimeout(() => this.#load(pod), Math.max(0, Date.parse(startAt) - ahead - Date.now()));
  }

  #load(pod: FakePod): void {
    if (pod.hasStarted || pod.hasEnded) return;
    pod.hasStarted = true;
    this.#control(pod, { state: 'started' });
    for (const [id, metric, kind, outcome] of series) {
      this.#write(pod, { type: 'series', id, metric, kind, scenario: 'chat', endpoint: '', outcome });
    }
    const { perSecond, seconds, diesAfterSeconds = Number.POSITIVE_INFINITY } = pod.behaviour;
    let second = 0;
    const timer = setInterval(() => {
      if (second >= Math.min(seconds, diesAfterSeconds) || pod.hasEnded) {
        clearInterval(timer);
        if (second >= diesAfterSeconds && !pod.hasEnded) {
          this.#server.remove(apiPaths.pods(this.#namespace), pod.name);
          this.#onDeleted(pod.name);
        } else if (!pod.hasEnded) {
          this.#write(pod, { type: 'footer', endedAt: now(pod), droppedSamples: 0 });
          this.#end(pod, 0);
        }
        return;
      }
      this.#write(pod, bucket(second++, perSecond));
    }, this.#secondMs);
    this.#timers.add(timer);
  }

  #control(pod: FakePod, fields: object): void {
    this.#write(pod, { type: 'runner', ...fields, at: now(pod) });
  }

  #write(pod: FakePod, line: object | string): void {
    const text = typeof line === 'string' ? line : JSON.stringify(line);
    // Nanoseconds, so that no two lines of a log carry the same stamp.
    const stamp = now(pod).replace('Z', `${String(pod.log.length).padStart(6, '0')}Z`);
    pod.log.push({ stamp, text });
    for (const stream of [...pod.streams]) this.#send(pod, stream, `${stamp} ${text}\n`);
  }

  #send(pod: FakePod, stream: ServerResponse, line: string): void {
    pod.sentLines += 1;
    if (pod.behaviour.breaksAtLines?.includes(pod.sentLines) === true) {
      pod.streams.delete(stream);
      // In the middle of a line, as a reset connection does.
      stream.write(line.slice(0, line.length / 2), () => stream.destroy());
      return;
    }
    stream.write(line);
  }

  #serveLog(pod: FakePod, sinceTime: string | null, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.flushHeaders();
    const since = sinceTime === null ? 0 : Date.parse(sinceTime);
    pod.streams.add(response);
    response.once('close', () => pod.streams.delete(response));
    for (const { stamp, text } of pod.log) {
      if (Date.parse(stamp) >= since && pod.streams.has(response))
        this.#send(pod, response, `${stamp} ${text}\n`);
    }
    if (pod.hasEnded && pod.streams.has(response)) response.end();
  }

  #end(pod: FakePod, exitCode: number): void {
    this.#setState(pod, { terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error' } });
    this.#closeLog(pod);
  }

  #closeLog(pod: FakePod): void {
    pod.hasEnded = true;
    for (const stream of pod.streams) stream.end();
  }

  #onDeleted(name: string): void {
    const pod = this.pods.find((each) => each.name === name);
    if (pod !== undefined) this.#closeLog(pod);
  }

  #deletePods(): void {
    const collection = apiPaths.pods(this.#namespace);
    for (const pod of this.pods) {
      if (this.#server.stored(collection).some(({ metadata }) => metadata.name === pod.name)) {
        this.#server.remove(collection, pod.name);
      }
      this.#closeLog(pod);
    }
  }

  #setState(pod: FakePod, state: object): void {
    const collection = apiPaths.pods(this.#namespace);
    const object = this.#server.stored(collection).find(({ metadata }) => metadata.name === pod.name);
    if (object === undefined) return;
    const containerStatuses = [{ name: 'k6', state }];
    this.#server.put(collection, { ...object, status: { phase: 'Running', containerStatuses } });
  }
}

const histogram = { scheme: 'log-linear', subBucketsPerOctave: 64 };
const series = [
  [0, 'requests_started', 'counter', ''],
  [1, 'requests', 'counter', 'ok'],
  [2, 'active_streams', 'gauge', ''],
] as const;

function bucket(atSeconds: number, count: number): object {
  const counted = { count, sum: count };
  const gauge = { count: 1, sum: count, min: count, max: count, last: count };
  return {
    type: 'bucket',
    atSeconds,
    values: [
      { id: 0, ...counted },
      { id: 1, ...counted },
      { id: 2, ...gauge },
    ],
  };
}

function now({ behaviour }: FakePod): string {
  return new Date(Date.now() + (behaviour.clockAheadMs ?? 0)).toISOString();
}

function podObject(owner: StoredObject, pod: FakePod, kind: 'jobs' | 'testruns'): StoredObject {
  const { waiting, unschedulable } = pod.behaviour;
  const spec = owner.spec as Record<'template' | 'runner', { metadata: { labels: object } } | undefined>;
  const labels =
    kind === 'jobs'
      ? {
          ...spec.template?.metadata.labels,
          'batch.kubernetes.io/job-completion-index': `${pod.index}`,
        }
      : {
          ...spec.runner?.metadata.labels,
          app: 'k6',
          k6_cr: owner.metadata.name,
          runner: 'true',
          'job-name': `${owner.metadata.name}-${pod.index + 1}`,
        };
  const conditions =
    unschedulable === undefined
      ? []
      : [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: unschedulable }];
  return {
    metadata: { name: pod.name, labels: labels as Record<string, string> },
    spec: unschedulable === undefined ? { nodeName: node } : {},
    status: {
      phase: 'Pending',
      conditions,
      containerStatuses: waiting === undefined ? [] : [{ name: 'k6', state: { waiting } }],
    },
  };
}
