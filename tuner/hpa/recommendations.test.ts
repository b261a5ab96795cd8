import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createRecommendations,
  hasAskedSince,
  lastExpired,
  recordRecommendation,
} from './recommendations.ts';

interface Entry {
  readonly atMs: number;
  readonly replicas: number;
}

/** A sync `laterMs` after the one before; mostly even, as a controller's are. */
const syncs = fc.array(
  fc.record({
    laterMs: fc.constantFrom(2, 2, 2, 2, 2, 2, 2, 2, 2, 0, 1, 7),
    replicas: fc.constantFrom(2, 2, 2, 2, 2, 2, 2, 2, 3),
    windowMs: fc.constantFrom(8, 8, 8, 8, 8, 3),
  }),
  { minLength: 20, maxLength: 60 },
);

describe('a list of recommendations', () => {
  it('tells without a look at every entry what a look at every entry tells', () => {
    let shortcuts = 0;
    fc.assert(
      fc.property(syncs, (course) => {
        const list = createRecommendations();
        // Expected: the list as the controller keeps it.
        const entries: Entry[] = [];
        let atMs = 0;
        for (const { laterMs, replicas, windowMs } of course) {
          atMs += laterMs;
          const sinceMs = atMs - windowMs;
          const expired = entries.findLastIndex((entry) => entry.atMs < sinceMs);
          if (list.isInOrder) expect(lastExpired(list, sinceMs)).toBe(expired);
          if (hasAskedSince(list, replicas, sinceMs)) {
            shortcuts++;
            const counting = entries.filter((entry) => entry.atMs >= sinceMs);
            expect(counting.every((entry) => entry.replicas === replicas)).toBe(true);
          }
          recordRecommendation(list, expired, { atMs, replicas });
          entries[expired < 0 ? entries.length : expired] = { atMs, replicas };
        }
        expect([...list.replicas.subarray(0, list.length)]).toEqual(entries.map((entry) => entry.replicas));
      }),
    );
    expect(shortcuts).toBeGreaterThan(100);
  });

  it('stays in order while syncs are even, with the two entries of the first sync', () => {
    const list = createRecommendations();
    recordRecommendation(list, -1, { atMs: 0, replicas: 1 });
    for (let atMs = 0; atMs < 3_600_000; atMs += 15_000) {
      recordRecommendation(list, lastExpired(list, atMs - 300_000), { atMs, replicas: 1 });
    }
    expect(list).toMatchObject({ isInOrder: true, length: 22 });
  });
});
