import { type AccuracyCase, chat, chatCase, halfHour, heavyRun, pods, queueCase, short } from './cases.ts';

/** Half, and two thirds, of the CPU before the first token instead of three fifths. */
const lateChat = { ...chat, cpuBefore: 0.075, cpuAfter: 0.075 };
const earlyChat = { ...chat, cpuBefore: 0.1, cpuAfter: 0.05 };

/** How much of the CPU comes before the first token differs from one app to the next: the evidence says it. */
export const shareCases: readonly AccuracyCase[] = [
  chatCase(
    'CPU at 85 %, half of it before the first token',
    { ...halfHour, chat: lateChat, chatRate: () => 11.33 },
    { replications: 4 },
  ),
  chatCase(
    'CPU at 85 %, two thirds of it before the first token',
    { ...halfHour, chat: earlyChat, chatRate: () => 11.33 },
    { replications: 4 },
  ),
  queueCase(
    'four workers of 24 slots, 300 ms of CPU a run, half of it before the first token, at 90 %',
    {
      ...short,
      worker: pods(4, 24),
      run: { ...heavyRun, cpuBefore: 0.15, cpuAfter: 0.15 },
      runRate: () => 12,
    },
    { quantity: 'runFirstTokenP95', replications: 4 },
  ),
  queueCase(
    'four workers of 24 slots, 300 ms of CPU a run, two thirds of it before the first token, at 90 %',
    { ...short, worker: pods(4, 24), run: { ...heavyRun, cpuBefore: 0.2, cpuAfter: 0.1 }, runRate: () => 12 },
    { quantity: 'runFirstTokenP95', replications: 4 },
  ),
];
