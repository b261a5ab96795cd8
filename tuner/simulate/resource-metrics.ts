import type { MetricPipelineModel } from './model.ts';
import { type Pods, podStates } from './pods.ts';

/**
 * metrics-server as the HPA sees it: every so often one sample of each pod that runs, averaged over a window that
 * has already ended.
 *
 * A sample's CPU is averaged over the time between two scrapes, which is metrics-server's own window; a recorded
 * window of another length sets only the timestamps that the readiness rules compare. A lag longer than the
 * period counts as one period.
 */
export interface ResourceMetrics {
  readonly pipeline: MetricPipelineModel;
  readonly lagSeconds: number;
  nextScrapeAt: number;
  /** When the last scrape can be read; it is looked at only before it is needed. Infinity: it can be already. */
  publishAt: number;
  /** What the counter of a pod's CPU stood at when it became Ready. */
  readonly counterFrom: Float64Array;
  /** CPU used up to the last scrape, milliseconds per pod, and when that was; -Infinity: never. */
  readonly scrapedCpu: Float64Array;
  readonly scrapedAt: Float64Array;
  /** Of the last whole window, and of the one that can be read by now. */
  readonly freshMillicores: Float64Array;
  readonly millicores: Float64Array;
  /** Their timestamps. */
  readonly freshAt: Float64Array;
  readonly sampleAt: Float64Array;
}

export function createResourceMetrics(
  pods: Pods,
  pipeline: MetricPipelineModel,
  luck: number,
): ResourceMetrics {
  const column = (value: number) => new Float64Array(pods.state.length).fill(value);
  const period = pipeline.resourcePeriodSeconds;
  const lagSeconds = Math.min(pipeline.resourceLagSeconds, period);
  const firstScrapeAt = luck * period;
  return {
    pipeline,
    lagSeconds,
    nextScrapeAt: firstScrapeAt,
    publishAt: Number.POSITIVE_INFINITY,
    counterFrom: column(0),
    scrapedCpu: column(0),
    // Pods that are there at second 0 have been scraped before, idle.
    scrapedAt: column(firstScrapeAt - period),
    freshMillicores: column(pods.model.idleMillicores),
    millicores: column(pods.model.idleMillicores),
    freshAt: column(firstScrapeAt - period),
    sampleAt: column(firstScrapeAt - period),
  };
}

/** Nothing is known of a pod that has just been created. */
export function forgetPod(metrics: ResourceMetrics, place: number): void {
  metrics.scrapedCpu[place] = 0;
  metrics.scrapedAt[place] = Number.NEGATIVE_INFINITY;
  metrics.freshAt[place] = Number.NEGATIVE_INFINITY;
  metrics.sampleAt[place] = Number.NEGATIVE_INFINITY;
}

/** From here on the pod uses CPU for requests. */
export function countFrom(metrics: ResourceMetrics, place: number, counter: number): void {
  metrics.counterFrom[place] = counter;
}

/**
 * Takes samples when they are due at the beginning of a second.
 *
 * @param cpuOf CPU that the pod has used so far for requests, milliseconds
 */
export function scrapeIfDue(
  metrics: ResourceMetrics,
  pods: Pods,
  atSeconds: number,
  cpuOf: (place: number) => number,
): void {
  if (atSeconds < metrics.nextScrapeAt) return;
  // A lag of a whole period: what the last scrape took is published before the next one replaces it.
  publishIfDue(metrics, pods, atSeconds);
  scrape(metrics, pods, atSeconds, cpuOf);
  metrics.publishAt = metrics.nextScrapeAt + metrics.lagSeconds;
  metrics.nextScrapeAt += metrics.pipeline.resourcePeriodSeconds;
}

/** To be called before the samples are read. */
export function publishIfDue(metrics: ResourceMetrics, pods: Pods, atSeconds: number): void {
  if (atSeconds < metrics.publishAt) return;
  metrics.publishAt = Number.POSITIVE_INFINITY;
  for (let place = 0; place < pods.used; place++) {
    metrics.millicores[place] = metrics.freshMillicores[place] as number;
    metrics.sampleAt[place] = metrics.freshAt[place] as number;
  }
}

function scrape(
  metrics: ResourceMetrics,
  pods: Pods,
  atSeconds: number,
  cpuOf: (place: number) => number,
): void {
  for (let place = 0; place < pods.used; place++) {
    const state = pods.state[place];
    if (state !== podStates.ready && state !== podStates.starting) continue;
    if ((pods.startedAt[place] as number) > atSeconds) continue;
    // Start-up work is left out: the HPA sets samples of that time aside.
    const used = state === podStates.ready ? cpuOf(place) - (metrics.counterFrom[place] as number) : 0;
    const since = metrics.scrapedAt[place] as number;
    // The first scrape of a pod has nothing to subtract from.
    if (since > Number.NEGATIVE_INFINITY) {
      metrics.freshMillicores[place] =
        (used - (metrics.scrapedCpu[place] as number)) / (atSeconds - since) + pods.model.idleMillicores;
      metrics.freshAt[place] = atSeconds + metrics.pipeline.usageLagSeconds;
    }
    metrics.scrapedCpu[place] = used;
    metrics.scrapedAt[place] = atSeconds;
  }
}
