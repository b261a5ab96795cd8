import { type Chance, createChance } from './chance.ts';
import { createEventQueue, type EventQueue } from './event-queue.ts';
import type { ReferenceCase, ReferenceRequest, ReferenceResult, ReferenceSample } from './reference-case.ts';
import { type Client, createClient, createStream, type Stream } from './reference-client.ts';
import { busySecondsOf, createPodSet, type PodSet, pick, type ReferencePod } from './reference-pods.ts';
import { startScaling } from './reference-scaling.ts';
import { createWeb, type Web } from './reference-web.ts';

/**
 * The same deployment request by request, for the tests alone.
 *
 * Each request is an object that holds a slot of one pod, shares the CPU of one of its processes with the others
 * there, and waits for its model in between; workers take runs from one queue, first in, first out. A client that has left
 * is missed when something is written to it: that frees the slot, while the work goes on to its end. Nothing of the
 * time-step simulator is used: what both get wrong they get wrong independently.
 */
export function simulateRequests(given: ReferenceCase): ReferenceResult {
  const events = createEventQueue();
  const chance = createChance(given.seed);
  const queue: ((pod: ReferencePod) => void)[] = [];
  const workers = createPodSet(events, chance, given.worker, () => dispatch());
  const api = createPodSet(events, chance, given.api, () => {});
  const samples: ReferenceSample[] = [];

  function dispatch(): void {
    while (queue.length > 0) {
      const idle = workers.ready().filter(({ free }) => free > 0);
      if (idle.length === 0) return;
      const pod = pick(chance, idle);
      pod.free--;
      queue.shift()?.(pod);
    }
  }

  const web = given.web === null ? null : createWeb(events, given.web, given.seed);
  const losses = { cutStreams: 0, lostRuns: 0, runsDone: 0 };
  const waiting = { clients: 0 };
  const context: Context = { given, events, chance, api, web, queue, dispatch, samples, losses, waiting };
  const arrivals = drawArrivals(context);
  if (given.scaling !== null) {
    const observed = { api, workers, web: web?.pods ?? null, queued: () => queue.length };
    startScaling(events, given.scaling, given, observed);
  }
  return observe(context, workers, arrivals);
}

interface Context {
  readonly given: ReferenceCase;
  readonly events: EventQueue;
  readonly chance: Chance;
  readonly api: PodSet;
  readonly web: Web | null;
  readonly queue: ((pod: ReferencePod) => void)[];
  readonly dispatch: () => void;
  readonly samples: ReferenceSample[];
  readonly losses: { cutStreams: number; lostRuns: number; runsDone: number };
  readonly waiting: { clients: number };
}

interface Arrival {
  readonly at: number;
  readonly kind: 'chat' | 'run';
}

/** Second by second. */
function drawArrivals({ given, chance }: Context): Arrival[][] {
  return Array.from({ length: given.durationSeconds }, (_, second) => {
    const draw = (kind: Arrival['kind'], count = 0) =>
      Array.from({ length: count }, () => ({ at: second + chance.uniform(), kind }));
    return [...draw('chat', given.chats[second]), ...draw('run', given.runs[second])];
  });
}

function arrive(context: Context, kind: 'chat' | 'run'): void {
  const { events, chance, api, samples, losses, given, waiting } = context;
  const sample: ReferenceSample = {
    kind,
    arrivedAt: events.now(),
    firstTokenSeconds: null,
    queueSeconds: null,
    outcome: null,
  };
  samples.push(sample);
  const client = createClient(events, sample, given.patienceSeconds, waiting);
  const pod = pick(chance, api.ready());
  const stay = createStay(pod, () => {
    if (!client.isGone()) losses.cutStreams++;
    client.end('cut');
  });
  const begin = () => (kind === 'chat' ? serveChat(context, stay, client) : relayRun(context, stay, client));
  const request = { begin, cut: stay.cut };
  if (pod.free === 0) pod.backlog.push(request);
  else {
    pod.free--;
    begin();
  }
}

/** A request in a slot of a pod, until it ends or is cut. */
interface Stay {
  readonly pod: ReferencePod;
  readonly begin: () => void;
  readonly cut: () => void;
  readonly isCut: () => boolean;
  /** Gives the slot to the next in the backlog; does nothing the second time. */
  readonly end: () => void;
}

function createStay(pod: ReferencePod, onCut: () => void): Stay {
  let isCut = false;
  let isOver = false;
  const held = {
    begin: () => {},
    cut() {
      isCut = true;
      pod.held.delete(held);
      onCut();
    },
  };
  return {
    pod,
    begin: () => pod.held.add(held),
    cut: held.cut,
    isCut: () => isCut,
    end() {
      if (isCut || isOver) return;
      isOver = true;
      pod.held.delete(held);
      const next = pod.backlog.shift();
      if (next === undefined) pod.free++;
      else next.begin();
    },
  };
}

function serveChat(context: Context, stay: Stay, client: Client): void {
  const { events, given } = context;
  const stream = createStream(events, client, stay.end);
  stay.begin();
  stream.fallSilent();
  serve(context, stay.pod, given.chat, {
    firstToken: () => {
      if (!stay.isCut()) noteFirstToken(events, client, stream);
    },
    end: () => {
      if (!stay.isCut()) client.end('served');
      stay.end();
    },
  });
}

function noteFirstToken(events: EventQueue, { isGone, sample }: Client, stream: Stream): void {
  if (!isGone()) sample.firstTokenSeconds = events.now() - sample.arrivedAt;
  stream.flow();
}

/** CPU, the model's silence until the first token, its answer, CPU. */
function serve(
  { events, chance, given }: Context,
  pod: ReferencePod,
  request: ReferenceRequest,
  on: { readonly firstToken: () => void; readonly end: () => void },
): void {
  const process = pick(chance, pod.processes);
  const cpu = chance.around(1, 0.04);
  const firstToken = chance.logNormal(request.firstTokenMedian, request.firstTokenSigma);
  const service = chance.around(request.serviceSeconds, request.squaredVariation);
  const speed = given.api.speed;
  const silence = Math.max(0, firstToken - request.cpuBefore / speed);
  const answer = Math.max(0, service - silence - (request.cpuBefore + request.cpuAfter) / speed);
  process.run(request.cpuBefore * cpu, () => {
    events.add(events.now() + silence, () => {
      on.firstToken();
      events.add(events.now() + answer, () => process.run(request.cpuAfter * cpu, on.end));
    });
  });
}

/** The API accepts the run, holds its slot while a worker runs it, and passes on the end, as long as somebody listens. */
function relayRun(context: Context, stay: Stay, client: Client): void {
  const { given, chance, queue, dispatch, events } = context;
  const stream = createStream(events, client, stay.end);
  stay.begin();
  const process = pick(chance, stay.pod.processes);
  const done = () => {
    if (client.isGone()) return;
    process.run(given.run.relayCpuSeconds / 2, () => {
      if (!stay.isCut()) client.end('served');
      stay.end();
    });
  };
  const lost = () => {
    client.end('cut');
    stay.end();
  };
  process.run(given.run.relayCpuSeconds / 2, () => {
    queue.push((worker) => runOn(context, worker, { client, stream, done, lost }));
    stream.write();
    stream.fallSilent();
    dispatch();
  });
}

interface Relay {
  readonly client: Client;
  readonly stream: Stream;
  readonly done: () => void;
  readonly lost: () => void;
}

function runOn(context: Context, worker: ReferencePod, { client, stream, done, lost }: Relay): void {
  const { events, dispatch, losses, given } = context;
  const { sample } = client;
  const stay = createStay(worker, () => {
    losses.lostRuns++;
    lost();
  });
  stay.begin();
  sample.queueSeconds = events.now() - sample.arrivedAt;
  stream.write();
  stream.fallSilent();
  serve(context, worker, given.run, {
    firstToken: () => {
      if (!stay.isCut()) noteFirstToken(events, client, stream);
    },
    end: () => {
      if (stay.isCut()) return;
      losses.runsDone++;
      stay.end();
      dispatch();
      done();
    },
  });
}

function observe(context: Context, workers: PodSet, arrivals: readonly Arrival[][]): ReferenceResult {
  const { given, events, api, web, queue, samples } = context;
  const apiBusyRatio: number[] = [];
  const workerBusyRatio: number[] = [];
  const apiReplicas: number[] = [];
  const workerReplicas: number[] = [];
  const held: number[] = [];
  const queued: number[] = [];
  const clients: number[] = [];
  let apiBusy = 0;
  let workerBusy = 0;
  for (let second = 1; second <= given.durationSeconds; second++) {
    // Only now: a queue of all that will ever come would be slow.
    for (const { at, kind } of arrivals[second - 1] ?? []) events.add(at, () => arrive(context, kind));
    web?.beginSecond(second - 1);
    events.runUntil(second);
    web?.endSecond();
    const apiNow = busySeconds(api);
    const workerNow = busySeconds(workers);
    apiReplicas.push(api.ready().length);
    workerReplicas.push(workers.ready().length);
    apiBusyRatio.push((apiNow - apiBusy) / Math.max(1, api.ready().length * given.api.processes));
    workerBusyRatio.push(
      (workerNow - workerBusy) / Math.max(1, workers.ready().length * given.worker.processes),
    );
    held.push(api.all.reduce((sum, { free }) => sum + given.api.slots - free, 0));
    queued.push(queue.length);
    clients.push(context.waiting.clients);
    apiBusy = apiNow;
    workerBusy = workerNow;
  }
  const record = web?.record ?? null;
  const columns = { apiBusyRatio, workerBusyRatio, apiReplicas, workerReplicas, held, queued, clients };
  return { samples, ...columns, ...context.losses, web: record };
}

function busySeconds(pods: PodSet): number {
  return pods.all.reduce((sum, pod) => sum + busySecondsOf(pod), 0);
}
