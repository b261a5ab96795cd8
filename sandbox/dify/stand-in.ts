/** Puts the stand-in Dify together: a world, pods, a broker, a front door. */
import type { World } from '../worlds/world.ts';
import type { PodListener, PodSource } from './kubernetes/pod-source.ts';
import { ApiPod } from './model/api-pod.ts';
import { Cpu } from './model/cpu.ts';
import { Faults } from './model/faults.ts';
import { Fleet } from './model/fleet.ts';
import { Llm } from './model/llm.ts';
import { PostgresServer } from './model/postgres.ts';
import { Random } from './model/random.ts';
import { type RealTime, startRealTime } from './model/real-time.ts';
import { Scheduler } from './model/scheduler.ts';
import { WorkerPod } from './model/worker-pod.ts';
import type { Broker } from './queue/broker.ts';
import { ActiveRequests } from './service/active-requests.ts';
import { Conversations } from './service/conversations.ts';
import { Datasets } from './service/datasets.ts';
import type { Dify } from './service/dify.ts';
import { executeMessage } from './service/execute-message.ts';
import { listenForClients } from './service/http-server.ts';
import { StopSignals } from './service/stop-signals.ts';
import { TruthLog } from './truth-log.ts';

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

export interface StandIn {
  readonly port: number;
  readonly fleet: Fleet;
  readonly dify: Dify;
  readonly scheduler: Scheduler;
  readonly truth: TruthLog;
  close(): Promise<void>;
}

export async function startStandIn(options: StandInOptions): Promise<StandIn> {
  const { world } = options;
  const scheduler = new Scheduler();
  const realTime = startRealTime(scheduler, options.speed);
  const broker = await options.newBroker(scheduler, realTime.input);
  const random = new Random(world.seed);
  const faults = new Faults(scheduler, world.faults);
  const postgres = new PostgresServer(world.postgres, faults);
  const daemon = new Cpu(scheduler, {
    processes: Math.ceil(world.pluginDaemon.cores),
    cores: world.pluginDaemon.cores,
    slowdown: () => faults.cpuSlowdown('plugin-daemon'),
  });
  const llm = new Llm({ scheduler, random: new Random(world.seed + 1), world, faults, daemon });
  const dify: Dify = {
    world,
    scheduler,
    faults,
    llm,
    broker,
    activeRequests: new ActiveRequests(world.dify.maxActiveRequests),
    conversations: new Conversations(),
    stopSignals: new StopSignals(),
    datasets: new Datasets(),
  };
  const truth = new TruthLog();
  const parts = { world, scheduler, random, postgres, faults, broker };
  const fleet = new Fleet({
    ...parts,
    newApiPod: (pod) => new ApiPod(pod, parts),
    newWorkerPod: (pod) =>
      new WorkerPod(pod, { ...parts, execute: (delivery, place) => executeMessage(dify, delivery, place) }),
    onDeath: (component, broken) => truth.count(component === 'api' ? 'cutStreams' : 'lostRuns', broken),
  });
  if (options.truthFile) {
    truth.start(options.truthFile, { scheduler, fleet, llm, postgres, daemonUsedMs: () => daemon.usedMs });
  }
  const { server, port } = await listenForClients(
    { dify, fleet, truth, input: realTime.input },
    options.port,
  );
  await options.pods.start(throughClock(fleet, realTime));

  return {
    port,
    fleet,
    dify,
    scheduler,
    truth,
    async close() {
      await options.pods.stop();
      fleet.killAll();
      realTime.stop();
      server.close();
      server.closeAllConnections();
      await Promise.all([broker.close(), truth.close()]);
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
