import type { ComponentName, RequestClass } from '../contracts/component.ts';
import type { Binding, RatioEstimate } from '../contracts/evidence.ts';
import { seededRandom } from '../stats/seeded-random.ts';
import { calmRanges, histogramOver } from './calm-stretches.ts';
import type { LoadRecording, SecondRange } from './load-recording.ts';
import type { Stretch } from './load-steps.ts';
import type { Observation } from './observation.ts';
import { interval, resample } from './weighted-fit.ts';

export interface RatioOptions {
  readonly component: ComponentName;
  readonly binding: Binding;
  readonly stretches: readonly Stretch[];
  /** The class runs on another component; this one accepts it and passes on its events. */
  readonly isRelayed: boolean;
}

/**
 * Of the CPU of a request, the share before its first token: from how much longer what is before it and what is after
 * it took under load.
 *
 * Those who share a processor are all slowed down alike, so the two grow in the proportion of their CPU. Two ends are not
 * seen: what a chat costs after its last event, up to a fifth, and what a run costs its worker before its first event,
 * up to as much as from there to its first token. The value lies in the middle of what that allows, the bounds allow all.
 *
 * @returns what is usual, marked as assumed, where CPU was not what a request waited for, or too few did
 */
export function cpuRatioBeforeFirstToken(
  observation: Observation,
  name: RequestClass,
  options: RatioOptions,
): RatioEstimate {
  if (options.isRelayed) return assumed(usualOfRelays);
  if (options.binding !== 'cpu') return assumed(usual);
  const seen = seenRatio(observation.load, name, options);
  if (seen === null || seen.high - seen.low > widestInterval) return assumed(usual);
  const ratio = options.component === 'worker' ? ofRun(seen) : ofChat(seen);
  // What no Dify is known to do has another reason, such as an API that is short of CPU itself and passes ends on late.
  if (ratio.high < usual.low || ratio.low > usual.high) return assumed(usual);
  return { ...ratio, isAssumed: false };
}

/**
 * Of the CPU of a run on its worker, the share before it says that it has started: from nothing to as much as from there to
 * its first token, which no recording tells apart; the middle is taken.
 *
 * @param before the share before the first token
 */
export function cpuRatioBeforeStart(before: RatioEstimate): RatioEstimate {
  return {
    value: before.value / 4,
    low: 0,
    high: before.high / 2,
    confidenceLevel: 0.95,
    method: 'assumed: from nothing to half of what is spent before the first token',
    sampleCount: 0,
    isAssumed: true,
  };
}

/** Wider than what is assumed anyway: nothing was learned. */
const widestInterval = 0.4;

/**
 * Dify 1.12.1: 143 ms for 20 tokens and 202 ms for 100, so 0.74 ms a token and 128 ms beside them, two thirds of these
 * before the model is called: 60 % with a short answer, 42 % with a long one.
 */
const usual = {
  value: 0.6,
  low: 0.4,
  high: 0.7,
  method: 'assumed: what Dify 1.12.1 spent on chats of 20 to 100 tokens',
};
const usualOfRelays = {
  value: 0.5,
  low: 0.3,
  high: 0.7,
  method: 'assumed: accepting a run and passing on its events cost the API alike',
};

function assumed(of: typeof usual): RatioEstimate {
  return { ...of, confidenceLevel: 0.95, sampleCount: 0, isAssumed: true };
}

interface Seen {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly sampleCount: number;
}

const mostAfterLastEvent = 0.2;

function ofChat({ value, low, high, sampleCount }: Seen): Omit<RatioEstimate, 'isAssumed'> {
  return {
    value: value * (1 - mostAfterLastEvent / 2),
    low: low * (1 - mostAfterLastEvent),
    high,
    ...{ confidenceLevel: 0.95, method, sampleCount },
  };
}

function ofRun({ value, low, high, sampleCount }: Seen): Omit<RatioEstimate, 'isAssumed'> {
  // With x of the whole before the first event, and as much again up to the first token: x = ratio (1 - x).
  const atMost = (ratio: number) => (2 * ratio) / (1 + ratio);
  return {
    value: (value + atMost(value)) / 2,
    low,
    high: atMost(high),
    ...{ confidenceLevel: 0.95, method, sampleCount },
  };
}

const method =
  'growth under load of the time to the first token against that of the whole stream, bootstrap over 10 s, 400 resamples, seeded';
const windowSeconds = 10;
const resamples = 400;
const fewestWindows = 12;

/** Sums of a window: requests and milliseconds up to `workflow_started`, the first token and the end. */
interface Sums {
  readonly queued: Total;
  readonly firstToken: Total;
  readonly whole: Total;
}
interface Total {
  readonly count: number;
  readonly milliseconds: number;
}

/** @returns null where nothing took longer than when nothing waits */
function seenRatio(load: LoadRecording, name: RequestClass, { stretches }: RatioOptions): Seen | null {
  const filter = { scenario: name, outcome: 'ok' } as const;
  const calm = calmRanges(stretches, (range) => load.histogram('time_to_first_token_ms', range, filter));
  if (calm.length === 0) return null;
  const undisturbed = sumsOver(load, name, calm);
  const windows: Sums[] = [];
  for (let from = 0; from < load.durationSeconds; from += windowSeconds) {
    const sums = sumsOver(load, name, [{ from, to: from + windowSeconds }]);
    if (sums.firstToken.count + sums.whole.count > 0) windows.push(sums);
  }
  if (windows.length < fewestWindows) return null;
  const value = growthRatio(windows, undisturbed);
  if (value === null) return null;
  const random = seededRandom(windows.length);
  const drawn = Array.from({ length: resamples }, () => growthRatio(resample(windows, random), undisturbed));
  return { value, ...interval(drawn.map((ratio) => ratio ?? 1)), sampleCount: windows.length };
}

function sumsOver(load: LoadRecording, scenario: RequestClass, ranges: readonly SecondRange[]): Sums {
  const of = (metric: string): Total => {
    const seen = histogramOver(ranges, (range) => load.histogram(metric, range, { scenario, outcome: 'ok' }));
    return { count: seen.count, milliseconds: seen.count === 0 ? 0 : seen.count * seen.mean };
  };
  return {
    queued: of('queue_wait_ms'),
    firstToken: of('time_to_first_token_ms'),
    whole: of('stream_duration_ms'),
  };
}

function growthRatio(windows: readonly Sums[], undisturbed: Sums): number | null {
  const grown = (stage: keyof Sums) => {
    const total = windows.reduce(
      (sum, { [stage]: { count, milliseconds } }) => ({
        count: sum.count + count,
        milliseconds: sum.milliseconds + milliseconds,
      }),
      { count: 0, milliseconds: 0 },
    );
    return meanOf(total) - meanOf(undisturbed[stage]);
  };
  const queued = grown('queued');
  const whole = grown('whole') - queued;
  if (!(whole > 0)) return null;
  return Math.min(1, Math.max(0, (grown('firstToken') - queued) / whole));
}

function meanOf({ count, milliseconds }: Total): number {
  return count === 0 ? 0 : milliseconds / count;
}
