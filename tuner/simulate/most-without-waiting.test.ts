import { describe, expect, it } from 'vitest';
import { mostWithoutWaiting } from './most-without-waiting.ts';

/** Share of Poisson counts at or above `slots`. */
function poissonTail(mean: number, slots: number): number {
  let probability = Math.exp(-mean);
  let below = 0;
  for (let count = 0; count < slots; count++) {
    below += probability;
    probability *= mean / (count + 1);
  }
  return 1 - below;
}

describe('mostWithoutWaiting', () => {
  it.each([4, 10, 20, 100, 200])('leaves a Poisson count below %d slots all but never', (slots) => {
    const mean = mostWithoutWaiting(slots);
    expect(mean).toBeGreaterThan(0);
    expect(poissonTail(mean, slots)).toBeLessThan(0.002);
  });

  it('has no room in one slot, and no end in unlimited ones', () => {
    expect(mostWithoutWaiting(1)).toBe(0);
    expect(mostWithoutWaiting(0)).toBe(0);
    expect(mostWithoutWaiting(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
  });
});
