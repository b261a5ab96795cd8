import { describe, expect, it } from 'vitest';
import { compareGiveUp } from './compare-give-up.ts';
import type { Compared } from './compare-with-reference.ts';
import { type GiveUpCase, giveUpCases } from './give-up-cases.ts';

/** A case takes some seconds at most where nothing else runs. */
const timeoutMs = 60_000;

/** Tests of the cases in which clients leave. `npm run accuracy` measures the same ones. */
export function holdGiveUp(isWanted: (one: GiveUpCase) => boolean): void {
  describe('clients that give up, against the per-request reference', () => {
    it.each(giveUpCases.filter(isWanted))(
      '$name: within $within, counts within $countsWithin',
      ({ template, within, countsWithin, replications }) => {
        const { chatFirstTokenP95, runFirstTokenP95, ...counts } = compareGiveUp(template, replications);
        for (const p95 of [chatFirstTokenP95, runFirstTokenP95]) {
          if (p95 !== null) expect(errorOf(p95)).toBeLessThan(within);
        }
        expect(counts.givenUp.reference).toBeGreaterThan(100);
        for (const name of Object.keys(counts) as (keyof typeof counts)[]) {
          expect(errorOf(counts[name]), name).toBeLessThan(countsWithin);
        }
      },
      timeoutMs,
    );
  });
}

/** Of what there is none of in either there is no error. */
function errorOf({ reference, simulated }: Compared): number {
  return reference === simulated ? 0 : Math.abs(simulated / reference - 1);
}
