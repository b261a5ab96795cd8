import { describe, expect, it } from 'vitest';
import { StepFunction } from './step-function.ts';

function stepsOf(...samples: [number, number | null][]): StepFunction {
  const steps = new StepFunction();
  for (const [at, value] of samples) steps.add(at, value);
  return steps;
}

describe('StepFunction', () => {
  const steps = stepsOf([0, 2], [10, 4], [20, null], [30, 6]);

  it('holds a value until the next sample', () => {
    expect([-1, 0, 9.9, 10, 25, 31].map((at) => steps.at(at))).toEqual([null, 2, 2, 4, null, 6]);
  });

  it('weighs the mean by time and leaves out what is unknown', () => {
    expect(steps.mean(5, 15)).toBe(3);
    expect(steps.mean(15, 35)).toBe((4 * 5 + 6 * 5) / 10);
    expect(steps.mean(21, 29)).toBeNull();
    expect(steps.mean(100, 110)).toBe(6);
  });

  it('knows for how long the value was above 0', () => {
    const queue = stepsOf([0, 0], [4, 3], [6, 0], [8, null], [10, 1]);
    expect(queue.shareAboveZero(0, 8)).toBe(2 / 8);
    // Of the eight seconds that are known, two and then two more.
    expect(queue.shareAboveZero(2, 12)).toBe(4 / 8);
    expect(queue.shareAboveZero(8, 9)).toBeNull();
    expect(queue.shareAboveZero(20, 25)).toBe(1);
  });

  it('is constant only where no other value begins', () => {
    expect(steps.isConstant(0, 10)).toBe(true);
    expect(steps.isConstant(5, 11)).toBe(false);
    expect(steps.isConstant(-5, 5)).toBe(false);
    expect(stepsOf([0, 2], [5, 2]).isConstant(0, 10)).toBe(true);
  });
});
