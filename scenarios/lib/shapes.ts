/** Rates over time: linear from the rate before to the rate named; a stage of 0 seconds is a jump. */
export interface LoadShape {
  readonly startArrivalsPerSecond: number;
  readonly stages: readonly { readonly durationSeconds: number; readonly arrivalsPerSecond: number }[];
}

/** One rate for the whole duration. */
export function constantShape(arrivalsPerSecond: number, durationSeconds: number): LoadShape {
  return {
    startArrivalsPerSecond: arrivalsPerSecond,
    stages: [{ durationSeconds, arrivalsPerSecond }],
  };
}

/** Linear from one rate to another, then that one for `holdSeconds`. */
export function rampShape(options: {
  readonly fromArrivalsPerSecond: number;
  readonly toArrivalsPerSecond: number;
  readonly rampSeconds: number;
  readonly holdSeconds?: number;
}): LoadShape {
  const arrivalsPerSecond = options.toArrivalsPerSecond;
  const hold = { durationSeconds: options.holdSeconds ?? 0, arrivalsPerSecond };
  return {
    startArrivalsPerSecond: options.fromArrivalsPerSecond,
    stages: [
      { durationSeconds: options.rampSeconds, arrivalsPerSecond },
      ...(hold.durationSeconds > 0 ? [hold] : []),
    ],
  };
}

/** Each rate for `stepSeconds`, with a jump from one to the next. */
export function stepsShape(rates: readonly number[], stepSeconds: number): LoadShape {
  return {
    startArrivalsPerSecond: rates[0] ?? 0,
    stages: rates.flatMap((arrivalsPerSecond, index) => [
      ...(index > 0 ? [{ durationSeconds: 0, arrivalsPerSecond }] : []),
      { durationSeconds: stepSeconds, arrivalsPerSecond },
    ]),
  };
}

/** A base rate, a jump to the peak, and a jump back. */
export function spikeShape(options: {
  readonly baseArrivalsPerSecond: number;
  readonly peakArrivalsPerSecond: number;
  readonly beforeSeconds: number;
  readonly spikeSeconds: number;
  readonly afterSeconds: number;
}): LoadShape {
  const base = options.baseArrivalsPerSecond;
  const peak = options.peakArrivalsPerSecond;
  return {
    startArrivalsPerSecond: base,
    stages: [
      { durationSeconds: options.beforeSeconds, arrivalsPerSecond: base },
      { durationSeconds: 0, arrivalsPerSecond: peak },
      { durationSeconds: options.spikeSeconds, arrivalsPerSecond: peak },
      { durationSeconds: 0, arrivalsPerSecond: base },
      { durationSeconds: options.afterSeconds, arrivalsPerSecond: base },
    ],
  };
}

/** Straight pieces that a day is drawn with: the rate is within 1 % of the peak of the curve that they follow. */
const piecesPerDay = 24;

/** Days from one quietest hour to the next: a cosine, lowest at both ends and highest in the middle. */
export function diurnalShape(options: {
  readonly troughArrivalsPerSecond: number;
  readonly peakArrivalsPerSecond: number;
  readonly daySeconds: number;
  readonly days: number;
}): LoadShape {
  const { troughArrivalsPerSecond: trough, peakArrivalsPerSecond: peak } = options;
  const rateAt = (piece: number) =>
    trough + ((peak - trough) * (1 - Math.cos((2 * Math.PI * piece) / piecesPerDay))) / 2;
  return {
    startArrivalsPerSecond: trough,
    stages: Array.from({ length: piecesPerDay * options.days }, (_, index) => ({
      durationSeconds: options.daySeconds / piecesPerDay,
      arrivalsPerSecond: rateAt(index + 1),
    })),
  };
}

/** Seconds from the first moment to the last arrival's. */
export function shapeSeconds(shape: LoadShape): number {
  return shape.stages.reduce((sum, stage) => sum + stage.durationSeconds, 0);
}

/** Highest rate that the shape reaches. */
export function peakArrivalsPerSecond(shape: LoadShape): number {
  return Math.max(shape.startArrivalsPerSecond, ...shape.stages.map((stage) => stage.arrivalsPerSecond));
}

/**
 * Arrivals of the whole shape: the area under the rate, as k6 counts evenly spaced ones.
 *
 * @example expectedArrivals({ startArrivalsPerSecond: 0, stages: [{ durationSeconds: 10, arrivalsPerSecond: 4 }] }) // 20
 */
export function expectedArrivals(shape: LoadShape): number {
  return Math.floor(expectedArea(shape));
}

/** The same before it is cut to whole arrivals: what random ones come to in the mean. */
export function expectedArea(shape: LoadShape): number {
  let rate = shape.startArrivalsPerSecond;
  let arrivals = 0;
  for (const stage of shape.stages) {
    arrivals += (stage.durationSeconds * (rate + stage.arrivalsPerSecond)) / 2;
    rate = stage.arrivalsPerSecond;
  }
  return arrivals;
}

/** Requests under way at the peak by Little's law, when none waits for another: rate × seconds each. */
export function expectedConcurrency(shape: LoadShape, secondsEach: number): number {
  return peakArrivalsPerSecond(shape) * secondsEach;
}
