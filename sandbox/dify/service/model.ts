/** The whole stand-in without its sockets: a world, pods, a broker, and connections that come in. */
import type { World } from '../../worlds/world.ts';
import { ApiPod } from '../model/api-pod.ts';
import { Cpu } from '../model/cpu.ts';
import { Faults } from '../model/faults.ts';
import { Fleet } from '../model/fleet.ts';
import { Llm } from '../model/llm.ts';
import { PostgresServer } from '../model/postgres.ts';
import { Random } from '../model/random.ts';
import type { Scheduler } from '../model/scheduler.ts';
import { launch, type Running } from '../model/task.ts';
import { WorkerPod } from '../model/worker-pod.ts';
import type { Broker } from '../queue/broker.ts';
import { workflowQueue } from '../queue/celery-message.ts';
import { TruthLog } from '../truth-log.ts';
import type { Exchange } from '../wire/exchange.ts';
import { ActiveRequests } from './active-requests.ts';
import { Conversations } from './conversations.ts';
import { Datasets } from './datasets.ts';
import type { Dify, ServiceRequest } from './dify.ts';
import { executeMessage } from './execute-message.ts';
import { answer } from './service-api.ts';
import { StopSignals } from './stop-signals.ts';

export interface Model {
  readonly dify: Dify;
  readonly fleet: Fleet;
  readonly truth: TruthLog;
}

export function newModel(world: World, scheduler: Scheduler, broker: Broker): Model {
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
  const parts = { world, scheduler, random, postgres, faults, broker };
  const fleet = new Fleet({
    ...parts,
    newApiPod: (pod) => new ApiPod(pod, parts),
    newWorkerPod: (pod) =>
      new WorkerPod(pod, { ...parts, execute: (delivery, place) => executeMessage(dify, delivery, place) }),
    onDeath: (component, broken) => truth.count(component === 'api' ? 'cutStreams' : 'lostRuns', broken),
  });
  const truth = new TruthLog({
    scheduler,
    fleet,
    llm,
    postgres,
    daemonUsedMs: () => daemon.usedMs,
    queueDepth: () => broker.depth(workflowQueue),
  });
  return { dify, fleet, truth };
}

/** A connection comes in at the Service: it ends up in some pod, or with the proxy's excuse. */
export function receiveConnection(
  { dify, fleet, truth }: Model,
  request: ServiceRequest,
  exchange: Exchange,
): void {
  let running: Running | undefined;
  truth.count('arrived');
  const refuse = () => {
    truth.count('refused');
    exchange.badGateway();
  };
  const isRouted = fleet.route({
    start: (place, leave) => {
      running = launch(answer(dify, { request, exchange, place, leave }));
    },
    refuse,
    cut: () => {
      running?.kill();
      exchange.cut();
    },
  });
  if (isRouted) return;
  // Before the first pod is Ready this is the only sign that the stand-in itself is up.
  if (request.path !== '/health' || fleet.hasBeenReady) refuse();
  else exchange.json({ status: 200, body: { pid: 1, status: 'ok', version: dify.world.dify.version } });
}
