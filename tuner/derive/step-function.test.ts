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

  it('is constant only where no other value begins', () => {
    expect(steps.isConstant(0, 10)).toBe(true);
    expect(steps.isConstant(5, 11)).toBe(false);
    expect(steps.isConstant(-5, 5)).toBe(false);
    expect(stepsOf([0, 2], [5, 2]).isConstant(0, 10)).toBe(true);
  });
});
