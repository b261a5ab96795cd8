import type { Back, BackSecond } from './back.ts';
import type { FirstTokenDelays } from './first-token-delays.ts';
import type { Front } from './front.ts';
import type { FrontSecond } from './front-second.ts';
import { createLatencyRecord, type LatencyRecord } from './latency-record.ts';
import type { ClassModel, ComponentModel, Demand, ObjectivesModel, SimulationModel } from './model.ts';
import type { Noise } from './noise.ts';
import { cpuRatioBefore } from './service-mix.ts';
import type { Unit } from './world.ts';

/** One class while it is simulated. */
export interface ClassFlow {
  readonly model: ClassModel;
  readonly arrivals: Uint16Array;
  readonly front: Front;
  /** Null for a class that a queue serves. */
  readonly delays: FirstTokenDelays | null;
  readonly firstToken: LatencyRecord;
  /** Null for a class that no queue serves. */
  readonly queued: QueuedFlow | null;
}

export interface QueuedFlow {
  readonly back: Back;
  readonly wait: LatencyRecord;
  /** Input of the queue's second, reused. */
  readonly second: BackSecond;
}

/** All that arrives at one front. */
export interface FrontFlow {
  readonly unit: Front;
  /** Input of the front's second, reused. */
  readonly second: FrontSecond;
  /** Requests per second that run in it, and that it relays. */
  readonly local: Uint16Array;
  readonly relayed: Uint16Array;
  /** Classes of those that run in it. */
  readonly classes: readonly ClassFlow[];
  /** Behind those that it relays; of several classes one queue. */
  readonly queued: QueuedFlow | null;
}

export interface FlowContext {
  readonly model: SimulationModel;
  readonly units: readonly Unit[];
  readonly demand: Demand;
  readonly noise: Noise;
  readonly objectives: ObjectivesModel;
}

/** @returns nothing where a component that serves the class is not simulated */
export function createFlow(flow: ClassModel, context: FlowContext): ClassFlow[] {
  const unit = context.units.find(({ model }) => model.name === flow.front);
  if (!unit?.front) return [];
  const { demand, objectives } = context;
  const firstToken = createLatencyRecord(flow.firstTokenSeconds, objectives.firstTokenP95Seconds);
  const known = {
    model: flow,
    arrivals: demand.arrivals[flow.name] ?? new Uint16Array(demand.durationSeconds),
    front: unit.front,
    firstToken,
  };
  if (flow.back !== null) {
    const queued = createQueuedFlow(flow, firstToken, context);
    return queued === null ? [] : [{ ...known, delays: null, queued }];
  }
  const delays: FirstTokenDelays = {
    histogram: firstToken.bucket,
    share: 1,
    cpuSecondsBeforeFirstToken: cpuSecondsBeforeFirstToken(unit.model, flow),
  };
  return [{ ...known, delays, queued: null }];
}

function createQueuedFlow(
  flow: ClassModel,
  firstToken: LatencyRecord,
  { units, noise, objectives }: FlowContext,
): QueuedFlow | null {
  const unit = units.find((candidate) => candidate.model.name === flow.back);
  if (!unit?.back) return null;
  const usual = flow.queueWaitSeconds ?? unnoticeableWait;
  const wait = createLatencyRecord(usual, objectives.queueWaitP95Seconds);
  const second = {
    noise,
    atSeconds: 0,
    cpuSecondsBeforeStart:
      cpuSecondsOf(unit.model, flow) * (unit.model.cpuRatioBeforeStart?.[flow.name] ?? 0),
    cpuSecondsBeforeFirstToken: cpuSecondsBeforeFirstToken(unit.model, flow),
    queueDelays: wait.bucket,
    firstTokenDelays: firstToken.bucket,
  };
  return { back: unit.back, wait, second };
}

/** For a queue whose usual wait was not measured. */
const unnoticeableWait = { median: 0.01, sigma: 0 };

/** @returns nothing where no request arrives */
export function createFrontFlow(
  front: Front,
  flows: readonly ClassFlow[],
  context: FlowContext,
): FrontFlow[] {
  const own = flows.filter((flow) => flow.front === front);
  if (own.length === 0) return [];
  const { demand, noise } = context;
  const classes = own.filter(({ queued }) => queued === null);
  const relayed = own.filter(({ queued }) => queued !== null);
  const second: FrontSecond = {
    noise,
    atSeconds: 0,
    relayEndingRatio: 0,
    relaysEnding: 0,
    delays: classes.flatMap(({ delays }) => delays ?? []),
  };
  return [
    {
      unit: front,
      second,
      local: sumArrivals(classes, demand),
      relayed: sumArrivals(relayed, demand),
      classes,
      queued: relayed[0]?.queued ?? null,
    },
  ];
}

/** One class's arrivals are taken as they are: they are shared by all simulations of a search. */
function sumArrivals(flows: readonly ClassFlow[], { durationSeconds }: Demand): Uint16Array {
  const [first, ...others] = flows;
  if (first === undefined) return new Uint16Array(durationSeconds);
  if (others.length === 0) return first.arrivals;
  return first.arrivals.map((count, at) =>
    others.reduce((sum, { arrivals }) => sum + (arrivals[at] ?? 0), count),
  );
}

function cpuSecondsBeforeFirstToken(component: ComponentModel, flow: ClassModel): number {
  return cpuSecondsOf(component, flow) * cpuRatioBefore(component, flow.name);
}

function cpuSecondsOf(component: ComponentModel, { name }: ClassModel): number {
  return (component.cpuMilliseconds[name] ?? 0) / component.processMillicores;
}
