import { describe, expect, it } from 'vitest';
import {
  constantShape,
  diurnalShape,
  expectedArrivals,
  expectedConcurrency,
  type LoadShape,
  peakArrivalsPerSecond,
  rampShape,
  shapeSeconds,
  spikeShape,
  stepsShape,
} from './shapes.ts';

const ramp = rampShape({ fromArrivalsPerSecond: 0, toArrivalsPerSecond: 4, rampSeconds: 10, holdSeconds: 5 });
const spike = spikeShape({
  baseArrivalsPerSecond: 1,
  peakArrivalsPerSecond: 10,
  beforeSeconds: 20,
  spikeSeconds: 3,
  afterSeconds: 30,
});

// Areas by hand: 10 × 4 / 2 + 5 × 4; 5 × (2 + 4 + 6); 20 × 1 + 3 × 10 + 30 × 1.
describe.each<{ name: string; shape: LoadShape; seconds: number; peak: number; arrivals: number }>([
  { name: 'constant', shape: constantShape(3, 7), seconds: 7, peak: 3, arrivals: 21 },
  { name: 'ramp', shape: ramp, seconds: 15, peak: 4, arrivals: 40 },
  { name: 'steps', shape: stepsShape([2, 4, 6], 5), seconds: 15, peak: 6, arrivals: 60 },
  { name: 'spike', shape: spike, seconds: 53, peak: 10, arrivals: 80 },
])('the $name shape', ({ shape, seconds, peak, arrivals }) => {
  it('lasts as long as its parts', () => {
    expect(shapeSeconds(shape)).toBe(seconds);
  });
  it('knows its peak', () => {
    expect(peakArrivalsPerSecond(shape)).toBe(peak);
  });
  it('makes as many arrivals as the area under it', () => {
    expect(expectedArrivals(shape)).toBe(arrivals);
  });
});

describe('the diurnal shape', () => {
  const day = diurnalShape({
    troughArrivalsPerSecond: 1,
    peakArrivalsPerSecond: 9,
    daySeconds: 2400,
    days: 2,
  });

  it('is lowest at both ends of each day and highest in the middle', () => {
    const rates = day.stages.map(({ arrivalsPerSecond }) => arrivalsPerSecond);
    expect(day.startArrivalsPerSecond).toBe(1);
    for (const [hour, rate] of [
      [12, 9],
      [24, 1],
      [36, 9],
      [48, 1],
      // A quarter of a cosine: half-way between.
      [6, 5],
      [18, 5],
    ] as const) {
      expect(rates[hour - 1]).toBeCloseTo(rate, 9);
    }
    expect(shapeSeconds(day)).toBeCloseTo(4800, 9);
    expect(peakArrivalsPerSecond(day)).toBeCloseTo(9, 9);
  });

  it('makes as many arrivals as its mean rate does', () => {
    // The mean of a cosine between 1 and 9 is 5.
    expect(expectedArrivals(day)).toBeGreaterThanOrEqual(4800 * 5 - 1);
    expect(expectedArrivals(day)).toBeLessThanOrEqual(4800 * 5);
  });

  it('strays from the curve by less than a hundredth of the peak', () => {
    const curve = (seconds: number) => 1 + (8 * (1 - Math.cos((2 * Math.PI * seconds) / 2400))) / 2;
    for (let second = 0; second < 2400; second += 10) {
      const piece = Math.floor(second / 100);
      const before =
        piece === 0 ? day.startArrivalsPerSecond : (day.stages[piece - 1]?.arrivalsPerSecond ?? 0);
      const after = day.stages[piece]?.arrivalsPerSecond ?? 0;
      const rate = before + ((after - before) * (second - piece * 100)) / 100;
      expect(Math.abs(rate - curve(second))).toBeLessThan(0.09);
    }
  });
});

describe('stepsShape', () => {
  it('jumps between steps instead of climbing', () => {
    expect(stepsShape([2, 4], 5).stages).toEqual([
      { durationSeconds: 5, arrivalsPerSecond: 2 },
      { durationSeconds: 0, arrivalsPerSecond: 4 },
      { durationSeconds: 5, arrivalsPerSecond: 4 },
    ]);
  });
});

describe('expectedConcurrency', () => {
  it('is the rate at the peak times the seconds of each request', () => {
    expect(expectedConcurrency(spike, 2.5)).toBe(25);
  });
});
