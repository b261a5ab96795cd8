import type { Options } from 'k6/options';
import sse from 'k6/x/sse';

/** The same streams by a call of the script for each event, as scripts for the community extension do it. */

export const options: Options = {
  scenarios: {
    streams: {
      executor: 'constant-vus',
      vus: Number(__ENV.BENCH_STREAMS),
      duration: `${__ENV.BENCH_SECONDS}s`,
      gracefulStop: '0s',
    },
  },
};

const body = JSON.stringify({ query: 'x', user: 'bench', response_mode: 'streaming', inputs: {} });

export default function (): void {
  let tokens = 0;
  sse.open(
    __ENV.BENCH_URL ?? '',
    { method: 'POST', body, headers: { 'Content-Type': 'application/json' }, timeout: '600s' },
    (client) => {
      client.on('event', ({ data }) => {
        if (data === '') return;
        const event = JSON.parse(data) as { event: string; answer?: string };
        if (event.event === 'message' && event.answer !== '') tokens += 1;
      });
    },
  );
  if (tokens === 0) throw new Error('the stream brought no token');
}
