import { describe, expect, it } from 'vitest';
import { aimedAtCases } from './aimed-at-cases.ts';
import { type AccuracyCase, fittedCases, freshCases, otherCases, scalingCases } from './cases.ts';
import {
  type CaseComparison,
  type Compared,
  compareWithReference,
  relativeError,
} from './compare-with-reference.ts';
import { mixedCases } from './mixed-cases.ts';
import { scaleInCases } from './scale-in-cases.ts';
import { shareCases } from './share-cases.ts';

const utilizationWithin = 0.05;
/** A case takes some seconds at most where nothing else runs. */
const timeoutMs = 60_000;

/**
 * Tests that hold the time-step simulator to a simulation request by request that shares no code with it but the rules
 * of the HPA, over the same arrivals. `npm run accuracy` measures the same cases and prints the table of
 * docs/simulator.md.
 */
export function holdToReference(isWanted: (one: AccuracyCase) => boolean): void {
  const suites = [
    { kind: 'what the constants were fitted to', cases: fittedCases },
    { kind: 'other shapes of requests and pods', cases: otherCases },
    { kind: 'shapes that were made up last', cases: freshCases },
    { kind: 'loads that an HPA aims at', cases: aimedAtCases },
    { kind: 'shares of CPU before the first token', cases: shareCases },
    { kind: 'chats beside runs', cases: mixedCases },
    { kind: 'scaling out by the rules of the HPA', cases: scalingCases },
    { kind: 'scaling in by them', cases: scaleInCases },
  ].map(({ kind, cases }) => ({ kind, cases: cases.filter(isWanted) }));
  // A suite without a test is an error.
  const filled = suites.filter(({ cases }) => cases.length > 0);
  describe.each(filled)('p95 and utilization against the per-request reference: $kind', ({ cases }) => {
    it.each(cases)(
      '$name: within $within',
      ({ template, quantity, also = [], within, lossesWithin = within, replications }) => {
        const compared = compareWithReference(template, replications);
        for (const latency of [quantity, ...also]) {
          expect(errorOf(compared[latency]), latency).toBeLessThan(within);
          expect(errorOf(utilizationOf(compared, latency)), latency).toBeLessThan(utilizationWithin);
        }
        expect(errorOf(compared.meanApiReplicas)).toBeLessThan(0.05);
        expect(errorOf(compared.meanWorkerReplicas)).toBeLessThan(0.05);
        expect(errorOf(compared.cutStreams)).toBeLessThan(lossesWithin);
        expect(errorOf(compared.lostRuns)).toBeLessThan(lossesWithin);
      },
      timeoutMs,
    );
  });
}

/** The reference follows every request of every replication: this is what a case takes of time. */
export function isQuick({ template, replications }: AccuracyCase): boolean {
  let requests = 0;
  for (let second = 0; second < template.durationSeconds; second++) {
    requests += template.chatRate(second) + template.runRate(second);
  }
  return requests * replications <= mostRequestsOfQuick;
}

const mostRequestsOfQuick = 62_000;

function utilizationOf(compared: CaseComparison, quantity: string): Compared {
  return quantity.startsWith('chat') ? compared.apiUtilization : compared.workerUtilization;
}

function errorOf(compared: Compared | null): number {
  if (compared === null) throw new Error('nothing was compared');
  return relativeError(compared);
}
