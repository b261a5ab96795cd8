import type { CaseTemplate } from './compare-with-reference.ts';
import type { ReferenceScaling } from './reference-case.ts';

export type Latency = 'chatFirstTokenP95' | 'runQueueP95' | 'runFirstTokenP95';

/** A case that the simulator is held to, and how well it does. */
export interface AccuracyCase {
  readonly name: string;
  readonly template: CaseTemplate;
  /** The latency that is compared. */
  readonly quantity: Latency;
  /** Others of the same requests that are compared as well. */
  readonly also?: readonly Latency[];
  /** Relative error allowed of that p95; 0.05 unless there is a reason. */
  readonly within: number;
  /** The same of streams cut and of runs lost, where pods are scaled in. */
  readonly lossesWithin?: number;
  /** So many draws of the arrivals show the error and not their luck. */
  readonly replications: number;
}

export const pods = (replicas: number, slots: number) => ({
  replicas,
  slots,
  processes: 1,
  speed: 1,
  requestedMillicores: 1000,
  readySeconds: [18, 22] as [number, number],
});
export const chat = {
  cpuBefore: 0.09,
  cpuAfter: 0.06,
  serviceSeconds: 1.2,
  squaredVariation: 0.08,
  firstTokenMedian: 0.6,
  firstTokenSigma: 0.25,
};
const slowChat = { ...chat, serviceSeconds: 4.7, firstTokenMedian: 2 };
export const quickChat = {
  ...chat,
  cpuBefore: 0.03,
  cpuAfter: 0.02,
  serviceSeconds: 0.8,
  firstTokenMedian: 0.3,
};
const heavyChat = {
  ...chat,
  cpuBefore: 0.25,
  cpuAfter: 0.15,
  serviceSeconds: 3,
  squaredVariation: 0.5,
  firstTokenMedian: 1.2,
};
const run = { ...chat, cpuBefore: 0.1, serviceSeconds: 4.6, firstTokenMedian: 1.5, relayCpuSeconds: 0.03 };
const base: CaseTemplate = {
  durationSeconds: 3600,
  api: pods(2, 200),
  worker: pods(3, 4),
  chat,
  run,
  scaling: null,
  chatRate: () => 0,
  runRate: () => 0,
};
const slots = { ...base, api: pods(3, 10), chat: slowChat };
export const halfHour = { ...base, durationSeconds: 1800 };
export const short = { ...base, durationSeconds: 900 };

export const burst = (from: number, to: number, high: number, low: number) => (second: number) =>
  second > from && second < to ? high : low;
const jump = (at: number, low: number, high: number) => (second: number) => (second > at ? high : low);

export function chatCase(
  name: string,
  template: CaseTemplate,
  options: { readonly within?: number; readonly replications?: number } = {},
): AccuracyCase {
  return { name, template, quantity: 'chatFirstTokenP95', within: 0.05, replications: 3, ...options };
}

export function queueCase(
  name: string,
  template: CaseTemplate,
  options: Partial<Pick<AccuracyCase, 'within' | 'replications' | 'quantity'>> = {},
): AccuracyCase {
  return { name, template, quantity: 'runQueueP95', within: 0.05, replications: 4, ...options };
}

/** The constants of cpu-chance.ts were fitted to those of CPU, that of slot-wait.ts to those of slots and workers. */
export const fittedCases: readonly AccuracyCase[] = [
  chatCase('CPU at 30 %', { ...base, chatRate: () => 4 }, { replications: 1 }),
  chatCase('CPU at 60 %', { ...base, chatRate: () => 8 }, { replications: 1 }),
  chatCase('CPU at 80 %', { ...base, chatRate: () => 10.7 }, { replications: 2 }),
  chatCase('CPU at 90 %', { ...base, chatRate: () => 12 }, { replications: 10 }),
  chatCase(
    'CPU, burst of a minute to 2.7 times what it carries',
    { ...short, chatRate: burst(300, 360, 18, 6) },
    { replications: 8 },
  ),
  chatCase('50 ms of CPU a request, at 60 %', { ...halfHour, chat: quickChat, chatRate: () => 24 }),
  chatCase(
    '50 ms of CPU a request, at 85 %',
    { ...halfHour, chat: quickChat, chatRate: () => 34 },
    { replications: 2 },
  ),
  chatCase(
    '50 ms of CPU a request, at 93 %',
    { ...halfHour, chat: quickChat, chatRate: () => 37.2 },
    { replications: 16 },
  ),
  chatCase('150 ms of CPU a request, at 70 %', { ...base, chatRate: () => 9.33 }),
  chatCase('400 ms of CPU a request, at 60 %', { ...base, chat: heavyChat, chatRate: () => 3 }),
  chatCase('400 ms of CPU a request, at 75 %', {
    ...base,
    chat: { ...heavyChat, cpuBefore: 0.24, cpuAfter: 0.16, squaredVariation: 0.08 },
    chatRate: () => 3.75,
  }),
  chatCase(
    '400 ms of CPU a request, at 85 %',
    { ...base, chat: heavyChat, chatRate: () => 4.25 },
    { replications: 4 },
  ),
  chatCase('slots at 60 %', { ...slots, chatRate: () => 3.83 }),
  chatCase('slots at 75 %', { ...slots, chatRate: () => 4.79 }),
  chatCase('slots at 85 %', { ...slots, chatRate: () => 5.43 }),
  chatCase('slots, burst of two minutes', {
    ...slots,
    durationSeconds: 900,
    chatRate: burst(300, 420, 9, 3),
  }),
  queueCase('workers at 50 %', { ...base, runRate: () => 1.3 }),
  queueCase('workers at 70 %', { ...base, runRate: () => 1.83 }, { replications: 16 }),
  queueCase('workers at 85 %', { ...base, runRate: () => 2.22 }, { replications: 20 }),
  queueCase('workers at 92 %', { ...base, runRate: () => 2.4 }, { replications: 24 }),
  queueCase('workers, burst of a minute', { ...short, runRate: burst(300, 360, 5, 1) }),
];

const twoProcesses = { ...pods(2, 200), processes: 2, requestedMillicores: 2000 };
const halfACore = { ...pods(2, 200), speed: 0.5, requestedMillicores: 500 };

/** Other shapes of requests and pods, which nothing was fitted to. */
export const otherCases: readonly AccuracyCase[] = [
  chatCase(
    'two processes a pod, at 85 %',
    { ...halfHour, api: twoProcesses, chatRate: () => 22.7 },
    { replications: 2 },
  ),
  chatCase(
    'half a core a process, at 85 %',
    { ...base, api: halfACore, chatRate: () => 5.67 },
    { replications: 6 },
  ),
  chatCase('five pods at 75 %', { ...halfHour, api: pods(5, 200), chatRate: () => 25 }, { replications: 2 }),
  chatCase(
    'slots at 70 %, answers of very different length',
    {
      ...base,
      api: pods(4, 6),
      chat: { ...slowChat, firstTokenMedian: 0.2, squaredVariation: 0.6 },
      chatRate: () => 3.57,
    },
    { replications: 24 },
  ),
  chatCase('six slots a pod, burst of a minute', {
    ...short,
    api: pods(4, 6),
    chat: slowChat,
    chatRate: burst(200, 260, 12, 2),
  }),
  chatCase(
    'slots and CPU at once, burst of a minute',
    { ...short, chat: quickChat, chatRate: burst(200, 260, 60, 15) },
    { replications: 3 },
  ),
  queueCase(
    'six workers of one slot at 85 %, runs of very different length',
    {
      ...base,
      worker: pods(6, 1),
      run: { ...run, serviceSeconds: 2.5, firstTokenMedian: 0.2, squaredVariation: 0.5 },
      runRate: () => 2.04,
    },
    { replications: 36 },
  ),
  queueCase('two workers of eight slots, burst of two minutes', {
    ...short,
    worker: pods(2, 8),
    runRate: burst(300, 420, 6, 2),
  }),
  queueCase(
    'CPU of workers at 80 %',
    {
      ...base,
      durationSeconds: 1800,
      worker: pods(3, 20),
      run: { ...run, cpuAfter: 0.06, serviceSeconds: 2.2 },
      runRate: () => 15,
    },
    { quantity: 'runFirstTokenP95', replications: 2 },
  ),
];

export const heavyRun = { ...run, cpuBefore: 0.18, cpuAfter: 0.12, serviceSeconds: 2, firstTokenMedian: 0.8 };
const slotsOfWorkers = { ...base, worker: pods(4, 24), run: heavyRun };

/** Made up before the model was given its present form, and run for the first time when it had it. */
export const freshCases: readonly AccuracyCase[] = [
  queueCase(
    'four workers of 24 slots, 300 ms of CPU a run, at 60 %',
    { ...slotsOfWorkers, runRate: () => 8 },
    { quantity: 'runFirstTokenP95', replications: 2 },
  ),
  queueCase(
    'four workers of 24 slots, 300 ms of CPU a run, at 90 %',
    { ...slotsOfWorkers, runRate: () => 12 },
    { quantity: 'runFirstTokenP95', replications: 3 },
  ),
  chatCase(
    'slots at 68 % and CPU at 70 %, steady',
    { ...base, api: pods(3, 12), chat: { ...chat, serviceSeconds: 1.4 }, chatRate: () => 14 },
    { replications: 16 },
  ),
  chatCase(
    'answers of very different length, burst of a minute',
    {
      ...short,
      api: pods(4, 6),
      chat: { ...slowChat, firstTokenMedian: 0.2, squaredVariation: 1 },
      chatRate: burst(200, 260, 8, 2),
    },
    { replications: 64 },
  ),
  chatCase('100 ms of CPU a request, at 85 %', {
    ...base,
    chat: { ...chat, cpuBefore: 0.06, cpuAfter: 0.04 },
    chatRate: () => 17,
  }),
  chatCase('250 ms of CPU a request, at 75 %', {
    ...base,
    chat: { ...chat, cpuBefore: 0.15, cpuAfter: 0.1, serviceSeconds: 2 },
    chatRate: () => 6,
  }),
];

/** An HPA of up to twelve replicas. */
export function scalingBy(
  component: ReferenceScaling['component'],
  metric: Readonly<Record<string, unknown>>,
  minReplicas: number,
  options: { readonly scaleDown: Readonly<Record<string, unknown>>; readonly scrapeSeconds?: number },
): NonNullable<CaseTemplate['scaling']> {
  return {
    component,
    scrapeSeconds: options.scrapeSeconds ?? 15,
    lagSeconds: 4,
    spec: {
      scaleTargetRef: { kind: 'Deployment', name: 'a', apiVersion: 'apps/v1' },
      minReplicas,
      maxReplicas: 12,
      metrics: [metric],
      behavior: { scaleDown: options.scaleDown },
    },
  };
}

function scalingOut(
  component: ReferenceScaling['component'],
  metric: Readonly<Record<string, unknown>>,
  minReplicas: number,
  scrapeSeconds = 15,
): NonNullable<CaseTemplate['scaling']> {
  return scalingBy(component, metric, minReplicas, {
    scaleDown: { selectPolicy: 'Disabled' },
    scrapeSeconds,
  });
}

export const byQueue = {
  type: 'External',
  external: { metric: { name: 'queue' }, target: { type: 'AverageValue', averageValue: '3' } },
};
export const byCpu = {
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } },
};

/** The real rules of the HPA add pods, which take their time to start. */
export const scalingCases: readonly AccuracyCase[] = [
  queueCase(
    'workers scaled by the queue, jump to six times the load',
    { ...short, runRate: jump(200, 1, 6), scaling: scalingOut('worker', byQueue, 3) },
    { replications: 6 },
  ),
  chatCase(
    'API scaled by CPU, jump to four times the load',
    { ...short, chatRate: jump(200, 5, 20), scaling: scalingOut('api', byCpu, 2) },
    { replications: 8 },
  ),
  chatCase(
    'API scaled by CPU scraped every 30 s, jump to 3.5 times the load, 400 ms of CPU a request',
    { ...short, chat: heavyChat, chatRate: jump(200, 2, 7), scaling: scalingOut('api', byCpu, 2, 30) },
    { replications: 8 },
  ),
];
