import { describe, expect, it } from 'vitest';
import {
  answeredWithin,
  createPatience,
  eachPartOf,
  heldForGone,
  mayBeLate,
  meanExcess,
} from './patience.ts';
import { noService } from './service-mix.ts';

const mix = {
  ...noService,
  waitSeconds: 4,
  waitSquaredVariation: Math.exp(0.25) - 1,
  firstTokenSeconds: 1.3,
};
const patience = createPatience(60, mix);
// A log-normal with sigma 0.5 and mean 4: its median is 4 / e^0.125.
const median = 4 * Math.exp(-0.125);

describe('clients that wait for so long and no longer', () => {
  it.each([
    { name: 'half of all answers within the median', seconds: median, share: 0.5 },
    { name: 'one sigma more', seconds: median * Math.exp(0.5), share: 0.8413 },
    { name: 'none in no time', seconds: 0, share: 0 },
    { name: 'all in endless time', seconds: Number.POSITIVE_INFINITY, share: 1 },
  ])('knows $name', ({ seconds, share }) => {
    expect(answeredWithin(patience, seconds)).toBeCloseTo(share, 3);
  });

  it('knows a time without spread', () => {
    const even = createPatience(60, { ...mix, waitSquaredVariation: 0 });
    expect([answeredWithin(even, 3.9), answeredWithin(even, 4.1)]).toEqual([0, 1]);
    expect(meanExcess(even, 3)).toBeCloseTo(1);
  });

  it('knows how much longer those take that are not done: E[W - 4 | W > 4] of that log-normal', () => {
    // Φ(sigma - d) and 1 - Φ(d) at d = ln(4 / median) / sigma = 0.25.
    expect(meanExcess(patience, 4)).toBeCloseTo((4 * 0.59871) / 0.40129 - 4, 2);
    expect(meanExcess(patience, 0)).toBe(4);
  });

  it('has no end where rings could not remember it', () => {
    expect(createPatience(1e6, mix)).toMatchObject({ seconds: Number.POSITIVE_INFINITY, usualShare: 1 });
    expect(createPatience(230, mix).seconds).toBe(230);
  });

  it('says which share is answered in time although nothing waits', () => {
    expect(createPatience(median, mix).usualShare).toBeCloseTo(0.5, 3);
    expect(patience.usualShare).toBe(1);
  });

  it('reckons with no one who leaves long before a wait is as long as the patience', () => {
    expect(mayBeLate(patience, { mean: 20, deviation: 2 }, 0.2)).toBe(false);
    expect(mayBeLate(patience, { mean: 35, deviation: 2 }, 0.2)).toBe(true);
  });

  it('takes a wait apart with its mean and deviation kept', () => {
    let mean = 0;
    let square = 0;
    eachPartOf({ mean: 30, deviation: 2 }, (seconds, weight) => {
      mean += weight * seconds;
      square += weight * seconds * seconds;
    });
    expect(mean).toBeCloseTo(30);
    expect(Math.sqrt(square - mean * mean)).toBeCloseTo(2);
  });

  it.each([
    { name: 'at the next token, once there are any', left: 5, firstToken: 2, held: 5 },
    { name: 'at the first token, where that comes later', left: 1, firstToken: 2, held: 2 },
    { name: 'at the first token of one that had left before', left: 0, firstToken: 2, held: 2 },
    { name: 'at a ping, where that comes before the first token', left: 3, firstToken: 17, held: 10 },
    { name: 'at the second ping, where it was there at the first', left: 11, firstToken: 30, held: 20 },
  ])('is missed $name', ({ left, firstToken, held }) => {
    expect(heldForGone(left, firstToken)).toBe(held);
  });
});
