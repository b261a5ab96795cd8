import { z } from 'zod';
import { durationSchema } from './duration.ts';

/**
 * How arrivals are spread over time, by name: `shape: { spike: { baseArrivalsPerSecond: 2, … } }`. Rates are of all
 * classes together; what a shape looks like is in docs/traffic.md, what it is made of in scenarios/lib/shapes.ts.
 */

const rate = z.number().min(0);
const someDuration = durationSchema.refine((seconds) => seconds > 0, 'must be longer than 0s');

/** One rate for the whole duration. */
const constant = z.strictObject({ arrivalsPerSecond: rate, duration: someDuration });

/** Linear from one rate to the other over `duration`, then `hold` at the latter. */
const ramp = z.strictObject({
  fromArrivalsPerSecond: rate.default(0),
  toArrivalsPerSecond: rate,
  duration: someDuration,
  hold: durationSchema.prefault('0s'),
});

/** Each rate for `stepDuration`, with a jump from one to the next. */
const steps = z.strictObject({
  arrivalsPerSecond: z.array(rate).min(1),
  stepDuration: someDuration,
});

/** A base rate, a jump to the peak, and a jump back. */
const spike = z.strictObject({
  baseArrivalsPerSecond: rate,
  peakArrivalsPerSecond: rate,
  before: someDuration,
  duration: someDuration,
  after: someDuration,
});

/** A day from its quietest hour to the next one, lowest in the night and highest twelve hours later. */
const diurnal = z.strictObject({
  troughArrivalsPerSecond: rate,
  peakArrivalsPerSecond: rate,
  /** What a day is compressed to. */
  dayDuration: someDuration,
  days: z.int().min(1).default(1),
});

/** Arrivals at the very moments of a trace, with its prompt and answer lengths. */
const replay = z.strictObject({
  /** CSV with the columns TIMESTAMP, ContextTokens, GeneratedTokens; relative to the file that names it. */
  traceFile: z.string().min(1),
  /** Where in the trace the replay begins, and how much of it is played; in the trace's own time. */
  from: durationSchema.prefault('0s'),
  duration: someDuration.optional(),
  /** How many times as fast as it was recorded: 6 plays an hour in ten minutes, at six times the rate. */
  speedup: z.number().positive().default(1),
  /** Arrivals for each one of the trace, at the same speed: 0.5 leaves out every other one, by lot. */
  rateScale: z.number().positive().default(1),
});
export type ReplayShape = z.infer<typeof replay>;

const shapes = { constant, ramp, steps, spike, diurnal, replay };

const shapeNames = Object.keys(shapes).join(', ');

export const shapeSchema = z
  .strictObject({
    constant: constant.optional(),
    ramp: ramp.optional(),
    steps: steps.optional(),
    spike: spike.optional(),
    diurnal: diurnal.optional(),
    replay: replay.optional(),
  })
  .refine((shape) => Object.values(shape).filter((one) => one !== undefined).length === 1, {
    message: `write exactly one shape: ${shapeNames}`,
  });
export type Shape = z.infer<typeof shapeSchema>;
