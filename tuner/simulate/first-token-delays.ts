import { addSpreadDelay, type DelayHistogram, mostOf, type UncertainDelay } from './delay-histogram.ts';

/** Delays of one class of requests before their first token, on top of the usual time to it. */
export interface FirstTokenDelays {
  readonly histogram: DelayHistogram;
  /** Of the requests of all classes that arrived at the component in this second, 0–1. */
  share: number;
  /** CPU seconds before the first token at full speed. */
  readonly cpuSecondsBeforeFirstToken: number;
}

/** The CPU that a request meets. */
export interface CpuMet {
  /** Requests on the process, mean. */
  jobs: number;
  /** By how many they grow in a second: a request is overtaken by those that come after it. */
  growth: number;
  /** Of the wait around its mean: what the second-by-second model does not follow itself, 0–1. */
  variation: number;
  /** More requests than this cannot be on the process, by the slots that are left beside those that wait for others. */
  most: number;
}

export function addToClasses(
  classes: readonly FirstTokenDelays[],
  arrived: number,
  slotWait: Readonly<UncertainDelay>,
  cpu: Readonly<CpuMet>,
): void {
  for (let index = 0; index < classes.length; index++) {
    const { histogram, share, cpuSecondsBeforeFirstToken } = classes[index] as FirstTokenDelays;
    const cpuWait = cpuWaitSeconds(cpuSecondsBeforeFirstToken, cpu);
    addFirstTokenDelay(
      histogram,
      arrived * share,
      slotWait,
      cpuWaitOf(cpuWait, cpuSecondsBeforeFirstToken, cpu),
    );
  }
}

/** What requests of all classes waited for CPU up to their first token. */
export interface WaitedForCpu {
  readonly cpuWait: number;
  /** Of one of them at full speed, mean. */
  readonly cpuSeconds: number;
  readonly cpu: Readonly<CpuMet>;
}

export function addWaits(
  classes: readonly FirstTokenDelays[],
  begun: number,
  slotWait: Readonly<UncertainDelay>,
  { cpuWait, cpuSeconds, cpu }: WaitedForCpu,
): void {
  for (let index = 0; index < classes.length; index++) {
    const { histogram, share, cpuSecondsBeforeFirstToken } = classes[index] as FirstTokenDelays;
    const own = cpuSeconds > 0 ? (cpuWait * cpuSecondsBeforeFirstToken) / cpuSeconds : 0;
    addFirstTokenDelay(histogram, begun * share, slotWait, cpuWaitOf(own, cpuSecondsBeforeFirstToken, cpu));
  }
}

/** Within this the number of requests on a process changes little, or as it did of late. */
const longWaitSeconds = 2;
/** Of fewer it is chance that tells how long they take. */
const manyJobs = 25;

/** Whether to wait and see what CPU a request gets, since those that come and the pods that join will tell. */
export function isLongWait(cpuSeconds: number, { jobs }: Readonly<CpuMet>): boolean {
  return jobs > manyJobs && cpuSeconds * jobs > longWaitSeconds;
}

/** Steepest change that is followed; a faster one is over before the request is. */
const mostGrowth = 1;

/**
 * Sharing a process with n others makes CPU take n times longer; with a number that grows by g a second it takes
 * (e^(cpu·g) - 1) · n / g, here to the second order.
 */
export function cpuWaitSeconds(cpuSeconds: number, { jobs, growth }: Readonly<CpuMet>): number {
  const change = Math.min(mostGrowth, Math.max(-mostGrowth, cpuSeconds * growth));
  return cpuSeconds * jobs * (1 + change / 2);
}

/** A wait for CPU up to a first token, the chance around it, and what it is never above; reused. */
export interface CpuWait extends UncertainDelay {
  most: number;
}

const cpuWaitNow: CpuWait = { mean: 0, deviation: 0, most: 0 };

/** @param cpuSeconds before the first token at full speed */
export function cpuWaitOf(
  seconds: number,
  cpuSeconds: number,
  { variation, most }: Readonly<CpuMet>,
): CpuWait {
  cpuWaitNow.mean = seconds;
  cpuWaitNow.deviation = seconds * variation;
  // Without CPU there is no most either: any number of requests may share it.
  cpuWaitNow.most = seconds > 0 ? Math.max(seconds, cpuSeconds * most) : 0;
  return cpuWaitNow;
}

/** @param before what was waited for a slot, or in a queue */
export function addFirstTokenDelay(
  histogram: DelayHistogram,
  weight: number,
  before: Readonly<UncertainDelay>,
  cpu: Readonly<CpuWait>,
): void {
  whole.mean = before.mean + cpu.mean;
  whole.deviation = Math.sqrt(before.deviation * before.deviation + cpu.deviation * cpu.deviation);
  addSpreadDelay(histogram, weight, whole, mostOf(before) + cpu.most);
}

/** Reused. */
const whole: UncertainDelay = { mean: 0, deviation: 0 };
