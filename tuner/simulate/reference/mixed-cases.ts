import { type AccuracyCase, burst, chat, halfHour, heavyRun, pods, quickChat, short } from './cases.ts';
import type { CaseTemplate } from './compare-with-reference.ts';

const run = { ...chat, serviceSeconds: 2, firstTokenMedian: 0.8, relayCpuSeconds: 0.03 };
const base: CaseTemplate = { ...halfHour, run, worker: pods(6, 20) };
const quarter: CaseTemplate = { ...short, run, worker: pods(6, 20) };
const chatInSlots = { ...chat, serviceSeconds: 2.2 };

function mixedCase(
  name: string,
  template: CaseTemplate,
  options: { readonly replications: number; readonly within?: number },
): AccuracyCase {
  return {
    name: `chats and runs, ${name}`,
    template,
    quantity: 'chatFirstTokenP95',
    also: ['runQueueP95', 'runFirstTokenP95'],
    within: 0.05,
    ...options,
  };
}

/** Chats beside runs that the same API accepts and relays: all three latencies of each. */
export const mixedCases: readonly AccuracyCase[] = [
  mixedCase(
    'CPU of the API at 80 %',
    { ...base, chatRate: () => 8.7, runRate: () => 10 },
    { replications: 16 },
  ),
  mixedCase(
    'of whose CPU relaying takes half, at 80 %',
    { ...base, run: { ...run, relayCpuSeconds: 0.08 }, chatRate: () => 5.6, runRate: () => 9.5 },
    { replications: 20 },
  ),
  mixedCase(
    'CPU of the API at 79 % and slots of the workers at 75 %',
    { ...base, worker: pods(6, 4), chatRate: () => 8.7, runRate: () => 9 },
    { replications: 20 },
  ),
  mixedCase(
    'short chats and heavy runs, CPU of the API at 81 % and of the workers at 75 %',
    {
      ...base,
      chat: quickChat,
      run: { ...heavyRun, relayCpuSeconds: 0.03 },
      worker: pods(4, 24),
      chatRate: () => 26.5,
      runRate: () => 10,
    },
    { replications: 8 },
  ),
  mixedCase(
    'burst of chats to 1.2 times what the CPU of the API carries',
    { ...quarter, api: pods(2, 1000), chatRate: burst(300, 420, 15, 4), runRate: () => 6 },
    { replications: 5 },
  ),
  // Its p95 of runs lies on the steep side of the burst, where luck is much.
  mixedCase(
    'burst of chats that fills the slots of the API',
    { ...quarter, chatRate: burst(300, 360, 18, 4), runRate: () => 6 },
    { replications: 40 },
  ),
  mixedCase(
    'burst of both through API and workers',
    { ...quarter, worker: pods(4, 6), chatRate: burst(300, 360, 15, 4), runRate: burst(300, 360, 14, 4) },
    { replications: 16 },
  ),
  mixedCase(
    'slots of the API at 59 % and its CPU at 55 %',
    { ...base, api: pods(3, 24), chat: chatInSlots, chatRate: () => 9, runRate: () => 10 },
    { replications: 6 },
  ),
  mixedCase(
    'slots of the API at 78 % and its CPU at 49 %',
    { ...base, api: pods(3, 16), chat: chatInSlots, chatRate: () => 8, runRate: () => 9 },
    { replications: 20 },
  ),
];
