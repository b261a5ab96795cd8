import { Trend } from 'k6/metrics';
import type { Options, Scenario } from 'k6/options';
import sse from 'k6/x/sse';

/** Streams read in Go, as the scenarios do it; BENCH_* say where and how many (scripts/traffic-bench). */

const duration = `${__ENV.BENCH_SECONDS}s`;

/** So many at any time, each followed by the next. */
const closed: Scenario = {
  executor: 'constant-vus',
  vus: Number(__ENV.BENCH_STREAMS),
  duration,
  gracefulStop: '0s',
};

/** k6 takes whole numbers as rates. */
const arrivalsPer1000Seconds = Math.round(Number(__ENV.BENCH_ARRIVALS_PER_SECOND ?? 1) * 1000);

/** So many arrivals a second, as in a load test. */
const open: Scenario = {
  executor: 'growing-arrival-rate' as 'ramping-arrival-rate',
  timeUnit: '1000s',
  startRate: arrivalsPer1000Seconds,
  stages: [{ duration, target: arrivalsPer1000Seconds }],
  preAllocatedVUs: Number(__ENV.BENCH_STREAMS),
  maxVUs: 2 * Number(__ENV.BENCH_STREAMS),
  gracefulStop: '0s',
};

export const options: Options = {
  scenarios: { streams: __ENV.BENCH_ARRIVALS_PER_SECOND === undefined ? closed : open },
  systemTags: ['scenario', 'method', 'name', 'status', 'proto', 'expected_response'],
};

/** How much later than the server's own stamp a first token counts as come: both have the same clock. */
const firstTokenLate = new Trend('first_token_late_ms');

const body = JSON.stringify({ query: 'x', user: 'bench', response_mode: 'streaming', inputs: {} });

export default function (): void {
  const result = sse.request?.('POST', __ENV.BENCH_URL ?? '', body, {
    endpoint: 'chat-messages',
    headers: { 'Content-Type': 'application/json' },
    timeout: '600s',
  });
  if (result?.outcome !== 'ok' || result.times.firstTokenMs === null) return;
  const { sentAtMs } = JSON.parse(result.firstEvent) as { sentAtMs: number };
  firstTokenLate.add(result.times.startAtMs + result.times.firstTokenMs - sentAtMs);
}
