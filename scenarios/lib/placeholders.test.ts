import { describe, expect, it } from 'vitest';
import { fillPlaceholders, placeholdersIn } from './placeholders.ts';

describe('fillPlaceholders', () => {
  const values = { prompt: 'costs $& 5', n: 3 };
  it.each([
    { text: 'Q: {prompt} ({n})', expected: 'Q: costs $& 5 (3)' },
    { text: '{n}', expected: 3 },
    { text: 'n={n}{n}', expected: 'n=33' },
    { text: '{unknown} {"n": 1}', expected: '{unknown} {"n": 1}' },
    { text: '{toString}', expected: '{toString}' },
    { text: '{{n}} {', expected: '{3} {' },
    { text: 'plain', expected: 'plain' },
    { text: '', expected: '' },
  ])('makes $expected of $text', ({ text, expected }) => {
    expect(fillPlaceholders(text, values)).toEqual(expected);
  });
});

it('finds the placeholders of a text', () => {
  expect(placeholdersIn('[[n={answerTokens}]] {city-2} {"a": 1}')).toEqual(['answerTokens', 'city-2']);
});
