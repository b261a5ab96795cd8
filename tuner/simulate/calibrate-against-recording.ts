import type { ComponentName, RequestClass } from '../contracts/component.ts';
import type { Evidence, Series } from '../contracts/evidence.ts';
import type { Verdict } from '../contracts/verdict.ts';
import { arrivalsPerSecond } from './arrivals-per-second.ts';
import type { Demand, Scaling, ScalingModel, SimulationModel } from './model.ts';
import { classesWithArrivals, modelFromEvidence } from './model-from-evidence.ts';
import { recordedQueueMetric } from './recorded-queue-metric.ts';
import type { SimulationSeries } from './result.ts';
import { simulate } from './simulate.ts';
import { prepareScaling } from './world.ts';

type Comparison = Verdict['calibration'][number];

/** One quantity over the run's time axis, recorded and simulated: the same seconds, null where either is unknown. */
export interface CalibrationSeries {
  readonly quantity: string;
  readonly unit: string;
  readonly recorded: Series;
  readonly simulated: Series;
}

/** Of everything that chance decides in the one simulation of the run. */
const seed = 1;
/** Latency quantiles over less than this hold a handful of requests. */
const bucketSeconds = 15;

/**
 * The simulator with the settings in force and the recorded arrivals, against the run it learned from.
 *
 * @returns one entry per quantity that was recorded; empty where the evidence does not carry a simulation
 */
export function calibrateAgainstRecording(evidence: Evidence): Comparison[] {
  return calibrationSeries(evidence).flatMap(compare);
}

/** The same as series, for a page. */
export function calibrationSeries(evidence: Evidence): CalibrationSeries[] {
  const { model } = modelFromEvidence(evidence, {
    queueMetricName: recordedQueueMetric(evidence)?.name ?? null,
  });
  if (model === null) return [];
  const demand = recordedDemand(evidence);
  const prepared = prepareScaling(model, scalingInForce(evidence, model));
  const objectives = {
    firstTokenP95Seconds: evidence.objectives.timeToFirstTokenP95Seconds,
    queueWaitP95Seconds: evidence.objectives.queueWaitP95Seconds,
    errorRatio: evidence.objectives.errorRatio,
  };
  const { series } = simulate(model, prepared, demand, objectives, { withSeries: true, bucketSeconds });
  return series === null ? [] : pairSeries(evidence, series);
}

function recordedDemand(evidence: Evidence): Demand {
  const durationSeconds = Math.max(1, Math.floor(evidence.durationSeconds));
  const arrivals: Partial<Record<RequestClass, Uint16Array>> = {};
  for (const name of classesWithArrivals(evidence)) {
    arrivals[name] = wholeRequests(arrivalsPerSecond(evidence, name, 0, durationSeconds));
  }
  return { durationSeconds, arrivals, seed };
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

function pairSeries({ timeline }: Evidence, series: SimulationSeries): CalibrationSeries[] {
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
    add(`${name} cpuUsageRatio`, '', timeline.cpuUsageRatio[component], each(columns.cpuUsageRatio, 1, 1));
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

function compare({ quantity, unit, recorded, simulated }: CalibrationSeries): Comparison[] {
  const pairs = recorded.values.flatMap((value, index) => {
    const from = recorded.fromSeconds + index * recorded.stepSeconds;
    const other = meanBetween(simulated, from, from + recorded.stepSeconds);
    return value === null || other === null ? [] : [{ recorded: value, simulated: other }];
  });
  if (pairs.length === 0) return [];
  const mean = (value: (pair: (typeof pairs)[number]) => number) =>
    pairs.reduce((sum, pair) => sum + value(pair), 0) / pairs.length;
  return [
    {
      quantity,
      unit,
      recorded: mean((pair) => pair.recorded),
      simulated: mean((pair) => pair.simulated),
      meanAbsoluteError: mean((pair) => Math.abs(pair.recorded - pair.simulated)),
    },
  ];
}

/** Mean of the values whose steps overlap the stretch; null where all of them are unknown. */
function meanBetween({ fromSeconds, stepSeconds, values }: Series, from: number, to: number): number | null {
  const first = Math.max(0, Math.floor((from - fromSeconds) / stepSeconds));
  const last = Math.max(first + 1, Math.ceil((to - fromSeconds) / stepSeconds));
  const known = values.slice(first, last).filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
