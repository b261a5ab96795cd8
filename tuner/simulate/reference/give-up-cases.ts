import { burst, byQueue, chat, pods, scalingBy, short } from './cases.ts';
import type { CaseTemplate } from './compare-with-reference.ts';

/** A case in which clients leave, and how far off what comes of it may be. */
export interface GiveUpCase {
  readonly name: string;
  readonly template: CaseTemplate & { readonly patienceSeconds: number };
  /** Relative error allowed of the p95 of what is served. */
  readonly within: number;
  /** The same of counts: who gives up, work done, length of the queue and clients that wait. */
  readonly countsWithin: number;
  readonly replications: number;
  /** Few enough requests for the unit tests. */
  readonly isQuick: boolean;
}

const slowChat = { ...chat, cpuBefore: 0.085, serviceSeconds: 4.3, firstTokenMedian: 1.3 };
const run = {
  ...chat,
  cpuBefore: 0.08,
  serviceSeconds: 4.6,
  firstTokenMedian: 1.4,
  relayCpuSeconds: 0.05,
};
const base = { ...short, run, chat: slowChat };

export const giveUpCases: readonly GiveUpCase[] = [
  {
    name: 'slots, chats for five minutes at 1.6 times what they carry, patience of 60 s',
    template: {
      ...base,
      api: pods(2, 10),
      chatRate: burst(60, 360, 7.5, 3),
      patienceSeconds: 60,
    },
    within: 0.05,
    countsWithin: 0.1,
    replications: 6,
    isQuick: false,
  },
  {
    name: 'slots, chats and runs for five minutes at twice what they carry, patience of 60 s',
    template: {
      ...base,
      api: pods(2, 10),
      worker: pods(2, 4),
      chatRate: burst(60, 360, 6, 2),
      runRate: burst(60, 360, 2.4, 0.8),
      patienceSeconds: 60,
    },
    within: 0.05,
    countsWithin: 0.1,
    replications: 4,
    isQuick: true,
  },
  {
    name: 'CPU, chats for five minutes at 1.5 times what it carries, patience of 40 s',
    template: { ...base, chat, api: pods(2, 1000), chatRate: burst(60, 360, 20, 5), patienceSeconds: 40 },
    within: 0.05,
    countsWithin: 0.1,
    replications: 4,
    isQuick: false,
  },
  {
    name: 'runs for five minutes at twice what the workers carry, patience of 60 s',
    template: {
      ...base,
      api: pods(2, 150),
      worker: pods(2, 4),
      runRate: burst(60, 360, 3.5, 0.7),
      patienceSeconds: 60,
    },
    within: 0.05,
    countsWithin: 0.1,
    replications: 6,
    isQuick: true,
  },
  {
    name: 'answers of which a patience of 6 s cuts a fifth, slots at 70 %',
    template: {
      ...base,
      chat: { ...slowChat, squaredVariation: 0.3 },
      api: pods(3, 10),
      chatRate: () => 4.5,
      patienceSeconds: 6,
    },
    within: 0.05,
    countsWithin: 0.1,
    replications: 3,
    isQuick: true,
  },
  {
    name: 'runs and few chats for five minutes beyond the workers, which fill the slots of the API, patience of 45 s',
    template: {
      ...base,
      api: pods(2, 20),
      worker: pods(2, 4),
      chatRate: () => 1,
      runRate: burst(60, 360, 3.5, 0.7),
      patienceSeconds: 45,
    },
    within: 0.05,
    countsWithin: 0.1,
    replications: 6,
    isQuick: false,
  },
  {
    name: 'slots and CPU at once, chats of 250 ms of CPU for five minutes at 1.6 times what both carry, patience of 40 s',
    template: {
      ...base,
      chat: { ...slowChat, cpuBefore: 0.15, cpuAfter: 0.1 },
      api: pods(2, 24),
      chatRate: burst(60, 360, 11, 3),
      patienceSeconds: 40,
    },
    within: 0.05,
    countsWithin: 0.1,
    replications: 6,
    isQuick: false,
  },
  {
    name: 'CPU of workers for four minutes at 1.6 times what it carries, patience of 60 s',
    template: {
      ...base,
      run: { ...run, cpuBefore: 0.3, cpuAfter: 0.2, serviceSeconds: 2.5 },
      api: pods(2, 500),
      worker: pods(2, 24),
      runRate: burst(60, 300, 6.4, 2),
      patienceSeconds: 60,
    },
    within: 0.05,
    countsWithin: 0.1,
    replications: 6,
    isQuick: false,
  },
  {
    name: 'silence of 12 s before each answer, slots for four minutes at twice what they carry, patience of 60 s',
    template: {
      ...base,
      chat: { ...slowChat, serviceSeconds: 22, firstTokenMedian: 12, firstTokenSigma: 0.15 },
      api: pods(3, 10),
      chatRate: burst(60, 300, 2.7, 0.8),
      patienceSeconds: 60,
    },
    // Who is answered in time had an early first token as well; the simulator takes it to come when all others' do.
    within: 0.08,
    countsWithin: 0.1,
    replications: 6,
    isQuick: false,
  },
  {
    name: 'chats and runs beyond the slots, workers scaled by the queue, patience of 60 s',
    template: {
      ...base,
      api: pods(2, 10),
      worker: pods(2, 4),
      chatRate: burst(60, 360, 6, 2),
      runRate: burst(60, 360, 2.4, 0.8),
      scaling: scalingBy('worker', byQueue, 2, { scaleDown: { stabilizationWindowSeconds: 300 } }),
      patienceSeconds: 60,
    },
    within: 0.05,
    countsWithin: 0.1,
    replications: 6,
    isQuick: false,
  },
];
