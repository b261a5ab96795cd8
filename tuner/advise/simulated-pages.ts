import type { Series, WebPages } from '../contracts/evidence.ts';
import type { Demand } from '../simulate/model.ts';
import type { SimulationResult } from '../simulate/result.ts';
import { drawPoisson } from '../stats/poisson.ts';
import { seededRandom } from '../stats/seeded-random.ts';
import type { DrawnDemand, ExpectedDemand } from './demand.ts';
import { inBuckets } from './timelines.ts';

/** What became of the pages of the web front end, as means over the replications. */
export interface SimulatedPages {
  readonly stated: WebPages;
  readonly opened: number;
  /** Opened while no pod of web was Ready. */
  readonly failed: number;
  /** To the first byte, which counts for no objective; null without a page. */
  readonly firstByteP95Seconds: number | null;
  /** Of the first replication, per bucket. */
  readonly firstByteP95Ms: Series;
}

/** Apart from those of the load's classes, so that stating pages changes nothing else. */
const seedApart = 7919;

/**
 * Pages that are opened beside the chats: a Poisson process of so many times their rate.
 *
 * @returns the demand as it is where no pages are stated
 */
export function withPageArrivals(
  demand: DrawnDemand,
  { rates: { chat = new Float64Array() } }: ExpectedDemand,
  stated: WebPages | null,
): Demand {
  if (stated === null) return demand;
  const random = seededRandom(demand.seed * 31 + seedApart);
  const pages = new Uint16Array(demand.durationSeconds).map((_, second) =>
    drawPoisson((chat[second] ?? 0) * demand.size * stated.pagesPerChat, random),
  );
  return { ...demand, pages };
}

/** @returns null where no page was simulated */
export function simulatedPages(
  results: readonly SimulationResult[],
  stated: WebPages | null,
): SimulatedPages | null {
  const found = results.flatMap(({ summary }) => summary.pages ?? []);
  const series = results[0]?.series;
  if (stated === null || found.length === 0 || !series?.pageFirstByteP95Seconds) return null;
  const p95 = found.flatMap(({ firstByteP95Seconds }) => firstByteP95Seconds ?? []);
  return {
    stated,
    opened: meanOf(found.map(({ opened }) => opened)),
    failed: meanOf(found.map(({ failed }) => failed)),
    firstByteP95Seconds: p95.length === 0 ? null : meanOf(p95),
    firstByteP95Ms: inBuckets(series.pageFirstByteP95Seconds, series.bucketSeconds),
  };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
