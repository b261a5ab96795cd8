import {
  type ComponentName,
  type RequestClass,
  requestClasses,
  type TrafficClass,
} from '../contracts/component.ts';
import type { LoadRecording, SecondRange } from './load-recording.ts';
import type { Observation } from './observation.ts';

/** What a component did for one class, as it shows from outside. */
export interface WorkDone {
  readonly name: TrafficClass;
  /** Share of a request's CPU that comes before its first token, 0–1. */
  readonly ratioBefore: number;
  /** Requests, or documents, that began up to the end of each second. */
  readonly begun: Float64Array;
  /** The same for first tokens, and successful ends; null: answers without tokens. */
  readonly firstTokens: Float64Array | null;
  readonly ended: Float64Array;
}

export interface WorkOptions {
  readonly component: ComponentName;
  /** Connection slots of one replica; null: not known to bind. */
  readonly slotsPerReplica: number | null;
  readonly ratioBefore: number;
}

/**
 * Begun, first tokens and ends of a class, of which the work follows: what is before the first token is done between
 * its beginning and it, what is after it until the end.
 *
 * A run begins on a worker when it says so, a request at the API when it gets a slot: as many are in their slots as are
 * open, up to the slots that there are. While they wait for one they cost nothing.
 */
export function workDone(observation: Observation, name: TrafficClass, options: WorkOptions): WorkDone {
  const { load } = observation;
  const { ratioBefore } = options;
  if (name === 'indexing') {
    const filter = { scenario: name };
    return {
      name,
      ratioBefore,
      begun: cumulative(load, 'requests_started', 'sum', filter),
      firstTokens: null,
      ended: cumulative(load, 'documents', 'sum', filter),
    };
  }
  const hasTokens = load.find('time_to_first_token_ms', { scenario: name }).length > 0;
  return {
    name,
    ratioBefore,
    begun:
      options.component === 'worker'
        ? cumulative(load, 'queue_wait_ms', 'count', { scenario: name })
        : begunAtApi(observation, name, options.slotsPerReplica),
    firstTokens: hasTokens ? cumulative(load, 'time_to_first_token_ms', 'count', { scenario: name }) : null,
    ended: cumulative(load, 'requests', 'sum', { scenario: name, outcome: 'ok' }),
  };
}

/**
 * Requests a second whose work was done in the range, as far as the half of each stage that lies on either side of it tells:
 * requests in the middle of a stage have half of it behind them, as a mean.
 */
export function workRate({ begun, firstTokens, ended, ratioBefore }: WorkDone, range: SecondRange): number {
  const seconds = Math.max(1, range.to - range.from);
  const came = increase(begun, range);
  const went = increase(ended, range);
  if (firstTokens === null) return (came + went) / 2 / seconds;
  const before = (came + increase(firstTokens, range)) / 2;
  const after = (increase(firstTokens, range) + went) / 2;
  return (ratioBefore * before + (1 - ratioBefore) * after) / seconds;
}

/** Whether anything of the class was done at all. */
export function isPresent({ firstTokens, ended }: WorkDone): boolean {
  return (firstTokens?.at(-1) ?? 0) > 0 || (ended.at(-1) ?? 0) > 0;
}

function begunAtApi(
  { load, ready, inFlight }: Observation,
  name: RequestClass,
  slotsPerReplica: number | null,
): Float64Array {
  const begun = cumulative(load, 'requests', 'sum', { scenario: name });
  const replicas = ready.get('api');
  const own = inFlight.get(name);
  for (let second = 0; second < begun.length; second++) {
    let open = 0;
    for (const each of requestClasses) open += inFlight.get(each)?.[second] ?? 0;
    const slots = slotsPerReplica === null ? open : slotsPerReplica * (replicas?.at(second) ?? 1);
    begun[second] = (begun[second] as number) + (own?.[second] ?? 0) * Math.min(1, slots / Math.max(1, open));
  }
  return begun;
}

function cumulative(
  load: LoadRecording,
  metric: string,
  kind: 'sum' | 'count',
  filter: { readonly scenario: TrafficClass; readonly outcome?: 'ok' },
): Float64Array {
  const total = new Float64Array(load.durationSeconds);
  const series = load.find(metric, filter);
  let sum = 0;
  for (let second = 0; second < total.length; second++) {
    for (const each of series) sum += (kind === 'sum' ? each.sums : each.counts).at(second);
    total[second] = sum;
  }
  return total;
}

function increase(total: Float64Array, { from, to }: SecondRange): number {
  return upTo(total, to) - upTo(total, from);
}

/** Before the run there is nothing, and after it nothing more. */
function upTo(total: Float64Array, second: number): number {
  if (second <= 0) return 0;
  return total[Math.min(second, total.length) - 1] ?? 0;
}
