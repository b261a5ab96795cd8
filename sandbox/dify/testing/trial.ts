/** The whole model on a clock that tests turn by hand: minutes of load in milliseconds, the same every time. */
import { join } from 'node:path';
import { loadWorld } from '../../worlds/load-world.ts';
import type { World } from '../../worlds/world.ts';
import type { Component, PodSnapshot } from '../kubernetes/pod-source.ts';
import { staticPod } from '../kubernetes/static-pods.ts';
import { Random } from '../model/random.ts';
import { Scheduler } from '../model/scheduler.ts';
import { MemoryBroker } from '../queue/memory-broker.ts';
import { type Model, newModel, receiveConnection } from '../service/model.ts';
import { RecordedExchange } from './recorded-exchange.ts';

/** One of the worlds that come along, with parts of it replaced. */
export function worldNamed(name: string, change: (world: World) => Partial<World> = () => ({})): World {
  const world = loadWorld(join(import.meta.dirname, '..', '..', 'worlds', `${name}.yaml`));
  return { ...world, ...change(world) };
}

export interface SentRequest {
  readonly method?: string;
  readonly path: string;
  readonly key?: string;
  readonly body?: object;
}

export class Trial {
  readonly world: World;
  readonly scheduler = new Scheduler();
  readonly broker: MemoryBroker;
  readonly model: Model;

  constructor(world: World, counts: Readonly<Record<Component, number>>) {
    this.world = world;
    this.broker = new MemoryBroker(this.scheduler);
    this.model = newModel(world, this.scheduler, this.broker);
    for (const component of ['api', 'worker'] as const) {
      for (let index = 0; index < counts[component]; index++)
        this.model.fleet.seen(this.pod(component, index));
    }
  }

  /** A pod of the world, Ready; with `change`, in another state. */
  pod(component: Component, index: number, change: Partial<PodSnapshot> = {}): PodSnapshot {
    return { ...staticPod(this.world.cluster, component, index), ...change };
  }

  send({ method = 'POST', path, key, body }: SentRequest): RecordedExchange {
    const exchange = new RecordedExchange(this.scheduler);
    const url = new URL(path, 'http://dify');
    receiveConnection(
      this.model,
      {
        method,
        path: url.pathname,
        query: url.searchParams,
        authorization: key === undefined ? undefined : `Bearer ${key}`,
        body,
      },
      exchange,
    );
    return exchange;
  }

  chat(query: string, more: object = {}): RecordedExchange {
    const body = {
      inputs: {},
      query,
      response_mode: 'streaming',
      auto_generate_name: false,
      user: 'u',
      ...more,
    };
    return this.send({ path: '/v1/chat-messages', key: 'app-sandbox-chat', body });
  }

  run(question: string, more: object = {}): RecordedExchange {
    const body = { inputs: { question }, response_mode: 'streaming', user: 'u', ...more };
    return this.send({ path: '/v1/workflows/run', key: 'app-sandbox-workflow', body });
  }

  advance(seconds: number): void {
    this.scheduler.advanceTo(this.scheduler.now() + seconds * 1000);
  }

  /** Sends at random moments (Poisson) for so long, and returns everything sent. */
  load(perSecond: number, seconds: number, send: () => RecordedExchange): RecordedExchange[] {
    const random = new Random(7);
    const untilMs = this.scheduler.now() + seconds * 1000;
    const sent: RecordedExchange[] = [];
    for (;;) {
      const atMs = this.scheduler.now() - (1000 / perSecond) * Math.log(1 - random.next());
      if (atMs > untilMs) break;
      this.scheduler.advanceTo(atMs);
      sent.push(send());
    }
    this.scheduler.advanceTo(untilMs);
    return sent;
  }
}
