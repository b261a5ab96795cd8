import type { ComponentName, RequestClass } from '../contracts/component.ts';
import type { Evidence, Series } from '../contracts/evidence.ts';
import { arrivalsPerSecond } from './arrivals-per-second.ts';
import { acrossDraws, type CalibrationSeries, type Comparison, compare } from './compare-series.ts';
import type { KnownLimits } from './known-limits.ts';
import type { Demand, Scaling, ScalingModel, SimulationModel } from './model.ts';
import { classesWithArrivals, modelFromEvidence } from './model-from-evidence.ts';
import { recordedQueueMetric } from './recorded-queue-metric.ts';
import type { SimulationSeries, SimulationSummary } from './result.ts';
import { simulate } from './simulate.ts';
import { windowRanks } from './window-ranks.ts';
import { type PipelineMoments, prepareScaling } from './world.ts';

/**
 * Of everything that chance decides and the recording does not tell: which pod a request falls on, how long a model or a
 * pod's start takes. One draw is not what the simulator says; how far ten lie apart is what luck makes of a run like this.
 */
const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

/**
 * The simulator with the settings in force, the recorded arrivals, and the recorded moments of scrapes, polls and syncs,
 * against the run it learned from.
 *
 * @param limits that were in force in the run
 * @returns one entry per quantity that was recorded; empty where the evidence does not carry a simulation
 */
export function calibrateAgainstRecording(evidence: Evidence, limits?: KnownLimits): Comparison[] {
  return acrossDraws(
    drawsOf(evidence, limits).map(({ series, wholes }) => [...series.flatMap(compare), ...wholes]),
  );
}

/** What was recorded and simulated over time, draw by draw. */
export function calibrationSeries(evidence: Evidence): CalibrationSeries[][] {
  return drawsOf(evidence).map(({ series }) => series);
}

interface Draw {
  readonly series: CalibrationSeries[];
  /** Of all requests of the run together. */
  readonly wholes: Comparison[];
}

function drawsOf(evidence: Evidence, limits?: KnownLimits): Draw[] {
  const { model } = modelFromEvidence(evidence, {
    queueMetricName: recordedQueueMetric(evidence)?.name ?? null,
    ...limits,
  });
  if (model === null) return [];
  const prepared = prepareScaling(model, scalingInForce(evidence, model));
  const objectives = {
    firstTokenP95Seconds: evidence.objectives.timeToFirstTokenP95Seconds,
    queueWaitP95Seconds: evidence.objectives.queueWaitP95Seconds,
    errorRatio: evidence.objectives.errorRatio,
  };
  const demand = recordedDemand(evidence);
  const options = {
    withSeries: true,
    // A p95 of longer windows is another number: while latency rises it is higher than the mean of shorter ones'.
    bucketSeconds: evidence.timeline.errorsPerSecond.stepSeconds,
    moments: recordedMoments(evidence, model),
  };
  return seeds.flatMap((seed) => {
    const { series, summary } = simulate(model, prepared, { ...demand, seed }, objectives, {
      ...options,
      ranks: windowRanks(evidence, seed),
    });
    return series === null
      ? []
      : [{ series: pairSeries(evidence, series), wholes: wholeRun(evidence, summary) }];
  });
}

function wholeRun({ latency }: Evidence, summary: SimulationSummary): Comparison[] {
  const p95s = Object.entries(summary.firstTokenP95Seconds).map(([name, simulated]) => ({
    quantity: `${name} timeToFirstTokenP95 of all requests`,
    recorded: latency[name as RequestClass]?.timeToFirstTokenMs?.p95 ?? null,
    simulated,
  }));
  const waits = {
    quantity: 'queueWaitP95 of all requests',
    recorded: latency.workflow?.queueWaitMs?.p95 ?? null,
    simulated: summary.queueWaitP95Seconds,
  };
  return [...p95s, waits].flatMap(({ quantity, recorded, simulated: seconds }) => {
    if (recorded === null || seconds === null) return [];
    const simulated = seconds * millisecondsPerSecond;
    return [{ quantity, unit: 'ms', recorded, simulated, meanAbsoluteError: Math.abs(recorded - simulated) }];
  });
}

/** A scrape happens when what it tells of ended, which its timestamp is later than. */
function recordedMoments({ metricPipeline }: Evidence, model: SimulationModel): PipelineMoments {
  const sampleAt = metricPipeline.resourceSampleAtSeconds ?? null;
  return {
    scrapeAtSeconds: sampleAt === null ? null : sampleAt - model.metricPipeline.usageLagSeconds,
    pollAtSeconds: metricPipeline.externalSampleAtSeconds ?? null,
    syncAtSeconds: metricPipeline.syncAtSeconds ?? {},
  };
}

function recordedDemand(evidence: Evidence): Omit<Demand, 'seed'> {
  const durationSeconds = Math.max(1, Math.floor(comparableSeconds(evidence)));
  const arrivals: Partial<Record<RequestClass, Uint16Array>> = {};
  for (const name of classesWithArrivals(evidence)) {
    arrivals[name] = wholeRequests(arrivalsPerSecond(evidence, name, 0, durationSeconds));
  }
  return { durationSeconds, arrivals };
}

/** Where so much of the most there ever were in flight is left at the end of the load, the load was cut off. */
const leftAtEnd = 0.1;

/**
 * How long what is simulated can be like what was recorded: the end of a load sends those away who still wait, and Dify
 * works off at once what nobody waits for.
 */
function comparableSeconds({ timeline, durationSeconds, loadEndSeconds }: Evidence): number {
  const isCutOff = Object.values(timeline.inFlight).some(({ fromSeconds, stepSeconds, values }) => {
    const last = values[Math.floor((loadEndSeconds - fromSeconds) / stepSeconds) - 1] ?? 0;
    return last > leftAtEnd * Math.max(...values.map((value) => value ?? 0));
  });
  return isCutOff ? Math.min(durationSeconds, loadEndSeconds) : durationSeconds;
}

/** A series with longer steps has fractions; what is cut off is carried on, so that none is lost. */
function wholeRequests(rates: Float64Array): Uint16Array {
  let owed = 0;
  return Uint16Array.from(rates, (rate) => {
    owed += rate;
    const whole = Math.floor(owed + 1e-9);
    owed -= whole;
    return whole;
  });
}

function scalingInForce(evidence: Evidence, model: SimulationModel): Scaling {
  const scaling: Partial<Record<ComponentName, ScalingModel>> = {};
  for (const { name } of model.components) {
    const component = evidence.components[name];
    if (component === undefined) continue;
    const firstReady = evidence.timeline.replicas[name]?.ready.values.find((value) => value !== null);
    scaling[name] = {
      hpaSpec: component.hpaSpec,
      initialReplicas: Math.round(firstReady ?? component.specReplicas),
      requestedMillicores: null,
    };
  }
  return scaling;
}

const millisecondsPerSecond = 1000;

function pairSeries({ timeline, components }: Evidence, series: SimulationSeries): CalibrationSeries[] {
  const pairs: CalibrationSeries[] = [];
  const add = (quantity: string, unit: string, recorded: Series | null | undefined, simulated: Series) => {
    if (recorded?.values.some((value) => value !== null)) {
      pairs.push({ quantity, unit, recorded, simulated });
    }
  };
  for (const [name, columns] of Object.entries(series.components)) {
    const component = name as ComponentName;
    add(
      `${name} readyReplicas`,
      'replicas',
      timeline.replicas[component]?.ready,
      each(columns.readyReplicas, 1, 1),
    );
    const usage = timeline.cpuUsageRatio[component];
    const lagSeconds = components[component]?.usageLagSeconds ?? 0;
    add(
      `${name} cpuUsageRatio`,
      '',
      // What was told of a moment is of that much earlier.
      usage && { ...usage, fromSeconds: usage.fromSeconds - lagSeconds },
      each(columns.cpuUsageRatio, 1, 1),
    );
  }
  if (series.queueDepth !== null)
    add('queueDepth', 'runs', timeline.queueDepth, each(series.queueDepth, 1, 1));
  for (const [name, values] of Object.entries(series.inFlight)) {
    add(`${name} inFlight`, 'requests', timeline.inFlight[name as RequestClass], each(values, 1, 1));
  }
  const inMs = (values: Float32Array) => each(values, series.bucketSeconds, millisecondsPerSecond);
  for (const [name, values] of Object.entries(series.firstTokenP95Seconds)) {
    const recorded = timeline.timeToFirstTokenP95Ms[name as RequestClass];
    add(`${name} timeToFirstTokenP95`, 'ms', recorded, inMs(values));
  }
  if (series.queueWaitP95Seconds !== null) {
    add('queueWaitP95', 'ms', timeline.queueWaitP95Ms, inMs(series.queueWaitP95Seconds));
  }
  return pairs;
}

function each(values: ArrayLike<number>, stepSeconds: number, factor: number): Series {
  return {
    fromSeconds: 0,
    stepSeconds,
    values: Array.from(values, (value) => (Number.isFinite(value) ? value * factor : null)),
  };
}
