import { quantile } from 'simple-statistics';
import type { RequestClass } from '../contracts/component.ts';
import type { DemandConfig } from '../contracts/config.ts';
import type { Evidence } from '../contracts/evidence.ts';
import { exitCodes, TuneError } from '../errors.ts';
import { arrivalsPerSecond } from '../simulate/arrivals-per-second.ts';
import type { Demand } from '../simulate/model.ts';
import { classesWithArrivals } from '../simulate/model-from-evidence.ts';
import { haltonPoint } from '../stats/halton.ts';
import { logNormalQuantile } from '../stats/log-normal.ts';
import { drawPoisson } from '../stats/poisson.ts';
import { seededRandom } from '../stats/seeded-random.ts';

/** Arrivals per second and class as they are expected; what comes is drawn around it. */
export interface ExpectedDemand {
  readonly description: string;
  readonly durationSeconds: number;
  readonly rates: Readonly<Partial<Record<RequestClass, Float64Array>>>;
}

/**
 * The demand to tune for: the points of the config, or the recorded arrivals times the growth and then a quiet
 * time, so that scaling in and its price are part of the picture.
 */
export function expectedDemand(evidence: Evidence, config: DemandToTuneFor): ExpectedDemand {
  const { points, pointsByClass, growthRatio } = config;
  if (pointsByClass !== undefined) return demandByClass(evidence, pointsByClass, growthRatio);
  return points !== undefined && points.length > 0
    ? demandFromPoints(evidence, points, growthRatio)
    : demandFromRecording(evidence, growthRatio);
}

type Points = NonNullable<DemandConfig['points']>;

export interface DemandToTuneFor extends DemandConfig {
  /** Of each class by itself; goes before `points`, which are of all classes together. */
  readonly pointsByClass?: Readonly<Partial<Record<RequestClass, Points>>> | undefined;
}

function demandFromPoints(evidence: Evidence, points: Points, growthRatio: number): ExpectedDemand {
  const durationSeconds = lengthOf([points]);
  const rates: Partial<Record<RequestClass, Float64Array>> = {};
  for (const [name, share] of mixOf(evidence)) {
    rates[name] = ratesOf(points, durationSeconds, share * growthRatio);
  }
  return {
    description: `${points.length} points given${growthText(growthRatio)}, in the recorded mix of classes`,
    durationSeconds,
    rates,
  };
}

/** @throws TuneError CLASS_NOT_RECORDED */
function demandByClass(
  evidence: Evidence,
  byClass: NonNullable<DemandToTuneFor['pointsByClass']>,
  growthRatio: number,
): ExpectedDemand {
  const recorded = classesWithArrivals(evidence);
  const asked = Object.keys(byClass) as RequestClass[];
  const unknown = asked.filter((name) => !recorded.includes(name));
  if (unknown.length > 0) throw classNotRecorded(evidence, unknown, recorded);
  const durationSeconds = lengthOf(Object.values(byClass));
  const rates = Object.fromEntries(
    recorded.map((name) => [name, ratesOf(byClass[name] ?? [], durationSeconds, growthRatio)]),
  );
  return {
    description: `the demand given${growthText(growthRatio)}, class by class`,
    durationSeconds,
    rates,
  };
}

function classNotRecorded(
  evidence: Evidence,
  unknown: readonly RequestClass[],
  recorded: readonly RequestClass[],
): TuneError {
  return new TuneError({
    code: 'CLASS_NOT_RECORDED',
    message: `the demand has ${unknown.join(' and ')} requests, and run ${evidence.runId} recorded none`,
    why: `what such a request costs is unknown; recorded were: ${recorded.join(', ') || 'none'}`,
    next: 'record a run with that class, or leave it out of the mix',
    exitCode: exitCodes.usage,
  });
}

const shortestSeconds = 60;

function lengthOf(points: readonly Points[]): number {
  return Math.max(shortestSeconds, ...points.flat().map(({ at }) => Math.ceil(at)));
}

/** Linear between points, level before the first and after the last; at a moment given twice it jumps. */
function ratesOf(points: Points, durationSeconds: number, factor: number): Float64Array {
  const sorted = [...points].sort((a, b) => a.at - b.at);
  let next = 0;
  return Float64Array.from({ length: durationSeconds }, (_, index) => {
    const second = index + 0.5;
    while (next < sorted.length && (sorted[next]?.at ?? 0) <= second) next++;
    const after = sorted[next];
    const before = sorted[next - 1];
    if (after === undefined) return factor * (before?.arrivalsPerSecond ?? 0);
    if (before === undefined) return factor * after.arrivalsPerSecond;
    const share = (second - before.at) / (after.at - before.at);
    return factor * (before.arrivalsPerSecond + share * (after.arrivalsPerSecond - before.arrivalsPerSecond));
  });
}

function mixOf(evidence: Evidence): [RequestClass, number][] {
  const totals = classesWithArrivals(evidence).map((name): [RequestClass, number] => [
    name,
    (evidence.arrivals[name]?.values ?? []).reduce((sum: number, value) => sum + (value ?? 0), 0),
  ]);
  const all = totals.reduce((sum, [, total]) => sum + total, 0);
  return totals.map(([name, total]) => [name, total / all]);
}

/** Long enough for the longest common scale-down window to run out and the pods to go. */
const quietSeconds = 900;
/** The quiet rate: below it the recorded rate was a tenth of the time. */
const quietQuantile = 0.1;
/** Recorded arrivals are one draw themselves; their mean over so many seconds is taken for the rate. */
const smoothingSeconds = 9;
/** Of a rate below one a second, 9 s hold so few that a tenth of them would be told from luck. */
const quietSmoothingSeconds = 31;

function demandFromRecording(evidence: Evidence, growthRatio: number): ExpectedDemand {
  const from = Math.max(0, Math.floor(evidence.loadStartSeconds));
  const to = Math.max(from + 1, endOfArrivals(evidence));
  const rates: Partial<Record<RequestClass, Float64Array>> = {};
  for (const name of classesWithArrivals(evidence)) {
    const arrivals = arrivalsPerSecond(evidence, name, from, to).map((rate) => rate * growthRatio);
    const recorded = smoothed(arrivals, smoothingSeconds);
    const quiet = quantile([...smoothed(arrivals, quietSmoothingSeconds)], quietQuantile);
    rates[name] = Float64Array.from([...recorded, ...new Array<number>(quietSeconds).fill(quiet)]);
  }
  return {
    description: `the recorded arrivals${growthText(growthRatio)}, then ${quietSeconds / 60} min at their quiet rate`,
    durationSeconds: to - from + quietSeconds,
    rates,
  };
}

function growthText(growthRatio: number): string {
  return growthRatio === 1 ? '' : ` × ${growthRatio}`;
}

/** The load goes on until its last request is answered; that nobody came meanwhile says nothing about quiet times. */
function endOfArrivals(evidence: Evidence): number {
  const end = Math.ceil(evidence.loadEndSeconds);
  const lasts = classesWithArrivals(evidence).map((name) =>
    arrivalsPerSecond(evidence, name, 0, end).findLastIndex((arrivals) => arrivals > 0),
  );
  return Math.max(...lasts) + 1;
}

/** @param overSeconds odd: as many on either side; fewer at the ends */
function smoothed(perSecond: Float64Array, overSeconds: number): Float64Array {
  const half = Math.floor(overSeconds / 2);
  return perSecond.map((_, second) => {
    const window = perSecond.subarray(Math.max(0, second - half), second + half + 1);
    return window.reduce((sum, value) => sum + value, 0) / window.length;
  });
}

export interface DrawnDemand extends Demand {
  /** How many times the expected demand it is. */
  readonly size: number;
}

/** Demand is never quite what it was: the logarithm of its size deviates by so much (15 %). */
const sizeDeviation = 0.15;

/**
 * Draws of what may come: sizes spread evenly over the quantiles of a log-normal around 1, so that few draws cover
 * it, and Poisson arrivals around the rate, second by second.
 *
 * @returns `count` demands; the first ones of a longer list are spread as widely
 */
export function drawDemands(expected: ExpectedDemand, count: number, seed: number): DrawnDemand[] {
  return Array.from({ length: count }, (_, index) => {
    const [share = 0.5] = haltonPoint(index, 1, 0);
    const size = logNormalQuantile({ median: 1, sigma: sizeDeviation }, share);
    return drawDemand(expected, size, seed * 1000 + index);
  });
}

function drawDemand(expected: ExpectedDemand, size: number, seed: number): DrawnDemand {
  const arrivals: Partial<Record<RequestClass, Uint16Array>> = {};
  for (const [name, rates] of Object.entries(expected.rates) as [RequestClass, Float64Array][]) {
    const random = seededRandom(seed * 31 + name.length);
    arrivals[name] = Uint16Array.from(rates, (rate) => drawPoisson(rate * size, random));
  }
  return { durationSeconds: expected.durationSeconds, arrivals, seed, size };
}
