import { quantile, sampleStandardDeviation } from 'simple-statistics';
import { drawPoisson } from '../../stats/poisson.ts';
import { seededRandom } from '../../stats/seeded-random.ts';
import type { Demand } from '../model.ts';
import { noiseOf } from '../noise.ts';
import type { SimulationSummary } from '../result.ts';
import { simulate } from '../simulate.ts';
import { phasesOf, prepareScaling, syncPeriodSeconds } from '../world.ts';
import { modelOf, scalingOf } from './case-model.ts';
import type { ReferenceCase, ReferenceSample, ReferenceScaling } from './reference-case.ts';
import { simulateRequests } from './reference-simulation.ts';

/** A case whose arrivals are still to be drawn. */
export type CaseTemplate = Omit<ReferenceCase, 'seed' | 'chats' | 'runs' | 'web' | 'scaling'> & {
  readonly scaling: Omit<ReferenceScaling, 'firstSyncAt' | 'firstScrapeAt'> | null;
  /** Arrivals per second at a moment. */
  readonly chatRate: (second: number) => number;
  readonly runRate: (second: number) => number;
};

/** One quantity from both simulators, mean over all replications. */
export interface Compared {
  readonly reference: number;
  readonly simulated: number;
  /** Of the relative error, over the replications; NaN of one. */
  readonly standardError: number;
}

export interface Pair {
  readonly reference: number;
  readonly simulated: number;
}

export interface CaseComparison {
  readonly chatFirstTokenP95: Compared | null;
  readonly runQueueP95: Compared | null;
  readonly runFirstTokenP95: Compared | null;
  readonly apiUtilization: Compared;
  readonly workerUtilization: Compared;
  readonly meanQueued: Compared;
  readonly meanApiReplicas: Compared;
  readonly meanWorkerReplicas: Compared;
  readonly cutStreams: Compared;
  readonly lostRuns: Compared;
}

/** Runs both simulators over the same arrivals, replication by replication. */
export function compareWithReference(template: CaseTemplate, replications: number): CaseComparison {
  const runs = Array.from({ length: replications }, (_, index) => runBoth(template, index + 1));
  const averagedP95 = (pick: (run: BothRuns) => BothLatency) => {
    const pairs = runs.flatMap((run) => {
      const { reference, simulated } = pick(run);
      return reference.length === 0 || simulated === null
        ? []
        : [{ reference: quantile(reference, 0.95), simulated }];
    });
    return pairs.length === 0 ? null : average(pairs);
  };
  const averaged = (pick: (run: BothRuns) => Pair) => average(runs.map(pick));
  return {
    chatFirstTokenP95: averagedP95(({ chatFirstToken }) => chatFirstToken),
    runQueueP95: averagedP95(({ runQueue }) => runQueue),
    runFirstTokenP95: averagedP95(({ runFirstToken }) => runFirstToken),
    apiUtilization: averaged(({ api }) => api),
    workerUtilization: averaged(({ worker }) => worker),
    meanQueued: averaged(({ queued }) => queued),
    meanApiReplicas: averaged(({ apiReplicas }) => apiReplicas),
    meanWorkerReplicas: averaged(({ workerReplicas }) => workerReplicas),
    cutStreams: averaged(({ cutStreams }) => cutStreams),
    lostRuns: averaged(({ lostRuns }) => lostRuns),
  };
}

export function average(pairs: readonly Pair[]): Compared {
  const reference = mean(pairs.map((pair) => pair.reference));
  const differences = pairs.map((pair) => (pair.simulated - pair.reference) / reference);
  return {
    reference,
    simulated: mean(pairs.map((pair) => pair.simulated)),
    standardError:
      pairs.length < 2 ? Number.NaN : sampleStandardDeviation(differences) / Math.sqrt(pairs.length),
  };
}

/**
 * Relative error; of differences that nobody notices (a fiftieth of the time step) none.
 *
 * A wait of 19 ms that is simulated as 15 ms is no matter to an objective of seconds.
 */
export function relativeError({ reference, simulated }: Compared): number {
  const difference = Math.abs(simulated - reference);
  return difference <= unnoticeableSeconds ? 0 : difference / reference;
}

const unnoticeableSeconds = 0.02;

interface BothLatency {
  readonly reference: number[];
  readonly simulated: number | null;
}

interface BothRuns {
  readonly chatFirstToken: BothLatency;
  readonly runQueue: BothLatency;
  readonly runFirstToken: BothLatency;
  readonly api: Pair;
  readonly worker: Pair;
  readonly queued: Pair;
  readonly apiReplicas: Pair;
  readonly workerReplicas: Pair;
  readonly cutStreams: Pair;
  readonly lostRuns: Pair;
}

/** Both simulators over the arrivals of one seed. */
export function tellBoth(template: CaseTemplate, seed: number) {
  const demand = drawArrivals(template, seed);
  const reference = simulateRequests({
    ...template,
    scaling: withPhases(template.scaling, seed),
    seed,
    chats: demand.arrivals.chat ?? [],
    runs: demand.arrivals.workflow ?? [],
    web: null,
  });
  const model = modelOf(template);
  const objectives = { firstTokenP95Seconds: 3, queueWaitP95Seconds: 5, errorRatio: 0.01 };
  const prepared = prepareScaling(model, scalingOf(template));
  return { reference, ...simulate(model, prepared, demand, objectives, { withSeries: true }) };
}

function runBoth(template: CaseTemplate, seed: number): BothRuns {
  const { reference, summary, series } = tellBoth(template, seed);
  const { api, worker } = series?.components ?? {};
  const means = (known: readonly number[], simulated: Iterable<number> = []): Pair => ({
    reference: mean(known),
    simulated: mean([...simulated]),
  });
  return {
    ...latencies(reference.samples, summary),
    api: means(reference.apiBusyRatio, api?.cpuUsageRatio),
    worker: means(reference.workerBusyRatio, worker?.cpuUsageRatio),
    queued: means(reference.queued, series?.queueDepth ?? []),
    apiReplicas: means(reference.apiReplicas, api?.readyReplicas),
    workerReplicas: means(reference.workerReplicas, worker?.readyReplicas),
    cutStreams: { reference: reference.cutStreams, simulated: summary.cutStreams },
    lostRuns: { reference: reference.lostRuns, simulated: summary.lostRuns },
  };
}

function latencies(samples: readonly ReferenceSample[], summary: SimulationSummary) {
  const known = (kind: ReferenceSample['kind'], latency: 'firstTokenSeconds' | 'queueSeconds') =>
    samples.filter((sample) => sample.kind === kind).flatMap((sample) => sample[latency] ?? []);
  const { firstTokenP95Seconds, queueWaitP95Seconds } = summary;
  return {
    chatFirstToken: {
      reference: known('chat', 'firstTokenSeconds'),
      simulated: firstTokenP95Seconds.chat ?? null,
    },
    runQueue: { reference: known('run', 'queueSeconds'), simulated: queueWaitP95Seconds },
    runFirstToken: {
      reference: known('run', 'firstTokenSeconds'),
      simulated: firstTokenP95Seconds.workflow ?? null,
    },
  };
}

/** In the model that a case becomes. */
const componentOrder: readonly ReferenceScaling['component'][] = ['api', 'worker', 'web'];

/** Sync and scrape come when they do in the simulator: their luck is no part of its error. */
export function withPhases(scaling: CaseTemplate['scaling'], seed: number): ReferenceScaling | null {
  if (scaling === null) return null;
  const { sync, scrape } = phasesOf(noiseOf(seed), componentOrder.indexOf(scaling.component));
  return {
    ...scaling,
    firstSyncAt: Math.floor(sync * syncPeriodSeconds),
    firstScrapeAt: scrape * scaling.scrapeSeconds,
  };
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

export function drawArrivals(template: CaseTemplate, seed: number): Demand {
  const random = seededRandom(seed * 97);
  const { durationSeconds } = template;
  const draw = (rate: (second: number) => number) =>
    Uint16Array.from({ length: durationSeconds }, (_, second) => drawPoisson(rate(second), random));
  return {
    durationSeconds,
    arrivals: { chat: draw(template.chatRate), workflow: draw(template.runRate) },
    seed,
  };
}
