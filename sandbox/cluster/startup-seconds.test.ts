import { describe, expect, it } from 'vitest';
import { loadWorld } from '../worlds/load-world.ts';
import { startupDraws } from './startup-seconds.ts';
import { resolveWorldFile } from './world-file.ts';

const world = loadWorld(resolveWorldFile('slots-and-queue-bound'));
const draw = (count: number, seed = world.seed) => {
  const next = startupDraws({ ...world, seed });
  return Array.from({ length: count }, () => next('api'));
};

describe('start-up of pods', () => {
  it('lies in the range of the world and fills it', () => {
    const { min, max } = world.cluster.api.startupSeconds;
    const draws = draw(400);
    expect(Math.min(...draws)).toBeGreaterThanOrEqual(min);
    expect(Math.max(...draws)).toBeLessThan(max);
    const mean = draws.reduce((sum, seconds) => sum + seconds, 0) / draws.length;
    // Uniform over the range: the mean of 400 draws lies within 4 standard errors of the middle.
    expect(Math.abs(mean - (min + max) / 2)).toBeLessThan((4 * (max - min)) / Math.sqrt(12 * 400));
  });

  it('repeats with the seed and changes with it', () => {
    expect(draw(5)).toEqual(draw(5));
    expect(draw(5, 1)).not.toEqual(draw(5, 2));
  });

  it("does not depend on the other component's pods", () => {
    const next = startupDraws(world);
    next('worker');
    next('worker');
    expect(next('api')).toBe(draw(1)[0]);
  });

  it('is a second for pods of neither component', () => {
    expect(startupDraws(world)(undefined)).toBe(1);
  });
});
