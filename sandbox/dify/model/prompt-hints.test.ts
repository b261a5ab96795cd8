import { describe, expect, it } from 'vitest';
import { readPromptHints } from './prompt-hints.ts';

const none = {
  secondsToFirstToken: null,
  tokensPerSecond: null,
  tokens: null,
  errorStatus: null,
  cutAfterTokens: null,
};

describe('readPromptHints', () => {
  it.each([
    { prompt: 'hello', expected: none },
    {
      prompt: 'hello [[ttft=0.5 tps=10 n=15]]',
      expected: { ...none, secondsToFirstToken: 0.5, tokensPerSecond: 10, tokens: 15 },
    },
    { prompt: 'x [[err=429]]', expected: { ...none, errorStatus: 429 } },
    {
      prompt: 'x [[n=10 cut=4 tps=10]] y',
      expected: { ...none, tokens: 10, cutAfterTokens: 4, tokensPerSecond: 10 },
    },
    { prompt: '[[n=0 ttft=0]]', expected: { ...none, tokens: 0, secondsToFirstToken: 0 } },
    { prompt: '[[tps=0 n=-1 ttft=soon nothing]]', expected: none },
    { prompt: '[[n=3', expected: none },
  ])('reads $prompt', ({ prompt, expected }) => {
    expect(readPromptHints(prompt)).toEqual(expected);
  });
});
