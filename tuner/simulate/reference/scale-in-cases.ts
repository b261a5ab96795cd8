import { type AccuracyCase, byCpu, byQueue, chat, pods, scalingBy, short } from './cases.ts';
import type { CaseTemplate } from './compare-with-reference.ts';

/** High and low load by turns, so that there is something to scale in several times. */
const turns = (high: number, low: number) => (second: number) => (second % 450 < 220 ? high : low);

const scaleDown = { stabilizationWindowSeconds: 30 };
const longChat = { ...chat, serviceSeconds: 5, squaredVariation: 0.3, firstTokenMedian: 1.5 };
const run = { ...longChat, relayCpuSeconds: 0.03 };
const half: CaseTemplate = { ...short, durationSeconds: 1800, run };

/** Pods are taken away under load: latencies, and how much is lost with the pods. */
export const scaleInCases: readonly AccuracyCase[] = [
  {
    name: 'API scaled out and in by CPU, grace of 3 s for answers of 5 s',
    template: {
      ...half,
      api: { ...pods(3, 200), graceSeconds: 3 },
      chat: longChat,
      chatRate: turns(16, 5),
      scaling: scalingBy('api', byCpu, 2, { scaleDown }),
    },
    quantity: 'chatFirstTokenP95',
    within: 0.05,
    lossesWithin: 0.1,
    replications: 16,
  },
  {
    name: 'workers scaled out and in by the queue, grace of 3 s for runs of 5 s',
    template: {
      ...half,
      worker: { ...pods(4, 4), graceSeconds: 3 },
      runRate: turns(5, 1),
      scaling: scalingBy('worker', byQueue, 3, { scaleDown }),
    },
    quantity: 'runQueueP95',
    within: 0.05,
    lossesWithin: 0.1,
    replications: 8,
  },
  {
    name: 'API scaled out and in by CPU, with runs that it relays',
    template: {
      ...half,
      api: { ...pods(3, 200), graceSeconds: 3 },
      worker: pods(8, 8),
      chat: longChat,
      chatRate: turns(13, 4),
      runRate: () => 6,
      scaling: scalingBy('api', byCpu, 2, { scaleDown }),
    },
    quantity: 'chatFirstTokenP95',
    also: ['runFirstTokenP95'],
    within: 0.05,
    lossesWithin: 0.1,
    replications: 40,
  },
];
