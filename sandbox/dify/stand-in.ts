/** The stand-in Dify alive: the model on the real clock, behind a real port, with pods that come and go. */
import type { World } from '../worlds/world.ts';
import type { PodListener, PodSource } from './kubernetes/pod-source.ts';
import type { Fleet } from './model/fleet.ts';
import { type RealTime, startRealTime } from './model/real-time.ts';
import { Scheduler } from './model/scheduler.ts';
import type { Broker } from './queue/broker.ts';
import { listenForClients } from './service/http-server.ts';
import { type Model, newModel } from './service/model.ts';

export interface StandInOptions {
  readonly world: World;
  readonly pods: PodSource;
  /** Makes the broker once the clock runs: what it hears enters the model through `input`. */
  readonly newBroker: (scheduler: Scheduler, input: RealTime['input']) => Promise<Broker> | Broker;
  /** 0: any free port. */
  readonly port: number;
  /** Where the truth is written; null: nowhere. */
  readonly truthFile: string | null;
  /** Virtual milliseconds in a real one; above 1 only in tests. */
  readonly speed?: number;
}

export interface StandIn extends Model {
  readonly port: number;
  close(): Promise<void>;
}

/** @throws TuneError PORT_IN_USE, NO_REDIS */
export async function startStandIn(options: StandInOptions): Promise<StandIn> {
  const scheduler = new Scheduler();
  const realTime = startRealTime(scheduler, options.speed);
  const broker = await options.newBroker(scheduler, realTime.input);
  const model = newModel(options.world, scheduler, broker);
  if (options.truthFile) model.truth.start(options.truthFile);
  const { server, port } = await listenForClients({ model, input: realTime.input }, options.port);
  await options.pods.start(throughClock(model.fleet, realTime));
  return {
    ...model,
    port,
    async close() {
      await options.pods.stop();
      realTime.stop();
      const truthClosed = model.truth.close();
      model.fleet.killAll();
      server.close();
      server.closeAllConnections();
      await Promise.all([broker.close(), truthClosed]);
    },
  };
}

/** Pod events come from outside, so they enter through the clock. */
function throughClock(fleet: Fleet, { input }: RealTime): PodListener {
  return {
    seen: (pod) => input(() => fleet.seen(pod)),
    gone: (uid) => input(() => fleet.gone(uid)),
  };
}
