import { describe, expect, it } from 'vitest';
import { generatePrompt, promptLines } from './prompts.ts';
import { randomOf } from './random.ts';

const wordsOf = (text: string) => text.split(' ').length;

describe('generatePrompt', () => {
  it('is the same for the same seeds and another for another iteration', () => {
    expect(generatePrompt(20, 7, 'chat', 3)).toBe(generatePrompt(20, 7, 'chat', 3));
    expect(generatePrompt(20, 7, 'chat', 3)).not.toBe(generatePrompt(20, 7, 'chat', 4));
  });

  it('has the mean length asked for, from half to one and a half of it', () => {
    const lengths = Array.from({ length: 2000 }, (_, iteration) => wordsOf(generatePrompt(40, 1, iteration)));
    const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
    // Uniform over 20..60: the mean of 2,000 is within 4 standard errors of 40, and one is 11.5 / sqrt(2000) = 0.26.
    expect(Math.abs(mean - 40)).toBeLessThan(1.1);
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(20);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(60);
  });

  it('has at least one word', () => {
    expect(wordsOf(generatePrompt(1, 1))).toBeGreaterThanOrEqual(1);
  });
});

describe('randomOf', () => {
  it('is uniform enough over iterations that follow each other', () => {
    const first = Array.from({ length: 4000 }, (_, iteration) => randomOf(1, 'chat', iteration)());
    const counts = Array.from(
      { length: 10 },
      (_, tenth) => first.filter((x) => Math.floor(x * 10) === tenth).length,
    );
    // Chi-squared with 9 degrees of freedom: 27.9 is exceeded once in 1,000 seeds, and the seed is fixed.
    const chiSquared = counts.reduce((sum, count) => sum + (count - 400) ** 2 / 400, 0);
    expect(chiSquared).toBeLessThan(27.9);
  });
});

describe('promptLines', () => {
  it('leaves out empty lines and carriage returns', () => {
    expect(promptLines('one\r\n\n  two \n')).toEqual(['one', 'two']);
  });
});
