import type { Component } from '../dify/kubernetes/pod-source.ts';
import { staticPod } from '../dify/kubernetes/static-pods.ts';
import { Random } from '../dify/model/random.ts';
import { Scheduler } from '../dify/model/scheduler.ts';
import { workflowQueue } from '../dify/queue/celery-message.ts';
import { MemoryBroker } from '../dify/queue/memory-broker.ts';
import { type Model, newModel, receiveConnection } from '../dify/service/model.ts';
import type { World } from '../worlds/world.ts';
import { TimedExchange } from './timed-exchange.ts';

export interface Drive {
  readonly world: World;
  readonly replicas: Readonly<Record<Component, number>>;
  /** Whole requests in each second. */
  readonly chats: ArrayLike<number>;
  readonly runs: ArrayLike<number>;
  readonly requestTimeoutSeconds: number;
  readonly seed: number;
}

export interface Driven {
  readonly chats: readonly TimedExchange[];
  readonly runs: readonly TimedExchange[];
  /** Runs in the queue and fetched ahead by a worker, at the end of each second. */
  readonly queued: readonly number[];
  /** CPU used over all pods, seconds at full speed. */
  readonly apiCpuSeconds: number;
  readonly workerCpuSeconds: number;
  readonly finishedRuns: number;
}

/** The stand-in Dify with so many pods under given arrivals, on a clock that waits for nothing. */
export function driveWorld({ world, replicas, chats, runs, requestTimeoutSeconds, seed }: Drive): Driven {
  const scheduler = new Scheduler();
  const broker = new MemoryBroker(scheduler);
  const model = newModel({ ...world, seed }, scheduler, broker);
  for (const component of ['api', 'worker'] as const) {
    for (let index = 0; index < replicas[component]; index++) {
      model.fleet.seen(staticPod(world.cluster, component, index));
    }
  }
  const random = new Random(seed * 7919);
  const sent = { chats: [] as TimedExchange[], runs: [] as TimedExchange[] };
  const queued: number[] = [];
  for (let second = 0; second < Math.max(chats.length, runs.length); second++) {
    const arrive = (send: () => void) => scheduler.after(random.next() * 1000, send);
    for (let count = chats[second] ?? 0; count > 0; count--) {
      arrive(() => sent.chats.push(sendChat(model, scheduler, requestTimeoutSeconds)));
    }
    for (let count = runs[second] ?? 0; count > 0; count--) {
      arrive(() => sent.runs.push(sendRun(model, scheduler, requestTimeoutSeconds)));
    }
    scheduler.advanceTo((second + 1) * 1000);
    // A message is acknowledged when its run begins: what is not was fetched ahead by a worker whose slots are full.
    queued.push(broker.length(workflowQueue) + broker.unacked.size);
  }
  const usedSeconds = (component: Component) =>
    podsOf(model, component).reduce((sum, { process }) => sum + process.cpu.usedMs / 1000, 0);
  return {
    ...sent,
    queued,
    apiCpuSeconds: usedSeconds('api'),
    workerCpuSeconds: usedSeconds('worker'),
    finishedRuns: podsOf(model, 'worker').reduce((sum, { process }) => sum + process.finished, 0),
  };
}

function podsOf({ fleet }: Model, component: Component) {
  return fleet.pods.filter((pod) => pod.component === component);
}

function sendChat(model: Model, scheduler: Scheduler, requestTimeoutSeconds: number): TimedExchange {
  return send(model, new TimedExchange(scheduler, requestTimeoutSeconds), {
    path: '/v1/chat-messages',
    key: 'app-sandbox-chat',
    body: { inputs: {}, query: 'hello', response_mode: 'streaming', auto_generate_name: false, user: 'u' },
  });
}

function sendRun(model: Model, scheduler: Scheduler, requestTimeoutSeconds: number): TimedExchange {
  return send(model, new TimedExchange(scheduler, requestTimeoutSeconds), {
    path: '/v1/workflows/run',
    key: 'app-sandbox-workflow',
    body: { inputs: { question: 'hello' }, response_mode: 'streaming', user: 'u' },
  });
}

interface Call {
  readonly path: string;
  readonly key: string;
  readonly body: object;
}

function send(model: Model, exchange: TimedExchange, { path, key, body }: Call): TimedExchange {
  const request = {
    method: 'POST',
    path,
    query: new URLSearchParams(),
    authorization: `Bearer ${key}`,
    body,
  };
  receiveConnection(model, request, exchange);
  return exchange;
}
