import { describe, expect, it } from 'vitest';
import type { Distribution } from '../contracts/estimate.ts';
import { seededRandom } from '../stats/seeded-random.ts';
import { Histogram } from './histogram.ts';
import { mirrored, withoutWaits } from './without-waiting.ts';

function distributionOf(values: readonly number[]): Distribution {
  const histogram = new Histogram();
  for (const value of values) histogram.add(value, 1);
  const found = histogram.distribution();
  if (found === null) throw new Error('no values');
  return found;
}

/** Log-normal times, of which some requests waited before: a truth that knows both parts of each. */
function recorded(waitingShare: number, count = 400) {
  const random = seededRandom(11);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const alone = Array.from({ length: count }, () => 1400 * Math.exp(0.2 * normal()));
  const base = Array.from({ length: count }, () => 100 * Math.exp(0.03 * normal()));
  const waits = base.map((value) => value + (random() < waitingShare ? -2000 * Math.log(1 - random()) : 0));
  return {
    alone: distributionOf(alone),
    wait: distributionOf(waits),
    both: alone.map((time, at) => time + (waits[at] ?? 0) - (base[at] ?? 0)),
  };
}

describe('what waiting leaves out', () => {
  it('finds the wait of those that had none to meet, although a third had', () => {
    const { wait } = recorded(0.33);
    expect(wait.p95).toBeGreaterThan(1500);
    const usual = mirrored(wait);
    expect(usual.p50).toBeGreaterThan(97);
    expect(usual.p50).toBeLessThan(104);
    expect(usual.p95).toBeLessThan(115);
    expect(usual.mean).toBeLessThan(106);
  });

  it('finds the time to the first token without the wait before it', () => {
    const { alone, wait, both } = recorded(0.33);
    const time = distributionOf(both);
    expect(time.p95).toBeGreaterThan(1.5 * alone.p95);
    const found = withoutWaits(time, time.mean - (wait.mean - mirrored(wait).mean));
    expect(Math.abs(found.mean / alone.mean - 1)).toBeLessThan(0.03);
    expect(Math.abs(found.p50 / alone.p50 - 1)).toBeLessThan(0.05);
    expect(Math.abs(found.p95 / alone.p95 - 1)).toBeLessThan(0.1);
  });

  it('leaves a time as it is that nobody waited in', () => {
    const { alone } = recorded(0);
    const found = withoutWaits(alone, alone.mean);
    expect(found.mean).toBe(alone.mean);
    expect(found.p05).toBe(alone.p05);
    expect(Math.abs(found.p95 / alone.p95 - 1)).toBeLessThan(0.06);
  });

  it('is a constant where all waited for the same time', () => {
    const same = distributionOf([100, 100, 100]);
    expect(mirrored(same)).toEqual(same);
    expect(withoutWaits(same, 100)).toEqual(same);
  });
});
