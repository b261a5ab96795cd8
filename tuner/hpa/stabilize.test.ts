import { describe, expect, it } from 'vitest';
import { hpaOf, reasonsOf } from './fixtures/build-sync.ts';
import { stabilize } from './stabilize.ts';
import { createHpaState } from './state.ts';
import type { CompiledHpa } from './types.ts';

/** What comes of the last of some recommendations, `seconds:replicas` each; the count stays the same meanwhile. */
function lastOf(hpa: CompiledHpa, recommendations: string, currentReplicas = 5) {
  const state = createHpaState();
  let stabilized = Number.NaN;
  for (const text of recommendations.split(' ')) {
    const [seconds, replicas] = text.split(':').map(Number) as [number, number];
    stabilized = stabilize(hpa, state, { atMs: seconds * 1000, currentReplicas }, replicas);
  }
  const { AbleToScale: reason } = reasonsOf(state.conditions);
  return { stabilized, reason, entries: state.recommendations.length };
}

describe('without behavior', () => {
  // Expected: horizontal.go, stabilizeRecommendation: Before(cutoff) is old, so exactly 300 s still counts.
  const hpa = hpaOf();

  it('applies the highest recommendation of the downscale window', () => {
    expect(lastOf(hpa, '0:8 15:6 30:2')).toMatchObject({ stabilized: 8, reason: 'ScaleDownStabilized' });
  });

  it('still counts a recommendation as old as the window, and no older one', () => {
    expect(lastOf(hpa, '0:8 300:2').stabilized).toBe(8);
    expect(lastOf(hpa, '0:8 300.001:2')).toMatchObject({ stabilized: 2, reason: 'ReadyForNewScale' });
  });

  it('scales up at once', () => {
    expect(lastOf(hpa, '0:2 15:9')).toMatchObject({ stabilized: 9, reason: 'ReadyForNewScale' });
  });

  it('writes over one expired entry a sync', () => {
    expect(lastOf(hpa, '0:1 15:1 30:1 400:1').entries).toBe(3);
    expect(lastOf(hpa, '0:1 15:1 30:1 200:1').entries).toBe(4);
  });
});

describe('with behavior', () => {
  // Expected: horizontal.go, stabilizeRecommendationWithBehaviors: After(cutoff) counts, so exactly the window does not.
  const hpa = hpaOf({
    behavior: { scaleUp: { stabilizationWindowSeconds: 60 }, scaleDown: { stabilizationWindowSeconds: 120 } },
  });

  it('applies the lowest of the scale-up window on the way up', () => {
    expect(lastOf(hpa, '0:6 15:7 30:9')).toMatchObject({ stabilized: 6, reason: 'ScaleUpStabilized' });
  });

  it('applies the highest of the scale-down window on the way down', () => {
    expect(lastOf(hpa, '0:3 15:4 30:1')).toMatchObject({ stabilized: 4, reason: 'ScaleDownStabilized' });
  });

  it('keeps the present count between a lower and a higher past', () => {
    expect(lastOf(hpa, '0:2 15:9 30:8')).toMatchObject({ stabilized: 5, reason: 'ScaleUpStabilized' });
  });

  it('does not count a recommendation exactly as old as the window', () => {
    expect(lastOf(hpa, '0:6 60:9').stabilized).toBe(9);
    expect(lastOf(hpa, '0:6 59.999:9').stabilized).toBe(6);
    expect(lastOf(hpa, '0:4 120:1').stabilized).toBe(1);
  });

  it('writes over an entry only when both windows have passed it', () => {
    expect(lastOf(hpa, '0:5 120:5').entries).toBe(2);
    expect(lastOf(hpa, '0:5 120.001:5').entries).toBe(1);
  });
});

it('remembers as many recommendations as an hour holds', () => {
  const hpa = hpaOf({ behavior: { scaleDown: { stabilizationWindowSeconds: 3600 } } });
  const past = Array.from({ length: 240 }, (_, index) => `${index * 15}:${index === 0 ? 50 : 1}`).join(' ');
  expect(lastOf(hpa, `${past} 3599:1`, 60).stabilized).toBe(50);
  expect(lastOf(hpa, `${past} 3600:1`, 60).stabilized).toBe(1);
});
