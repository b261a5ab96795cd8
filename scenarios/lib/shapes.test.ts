import { describe, expect, it } from 'vitest';
import {
  constantShape,
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
