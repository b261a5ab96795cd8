import { describe, expect, it } from 'vitest';
import { parseDurationSeconds } from './duration.ts';

describe('parseDurationSeconds', () => {
  const cases = [
    { text: '90s', seconds: 90 },
    { text: '10m', seconds: 600 },
    { text: '1h30m', seconds: 5400 },
    { text: '1.5h', seconds: 5400 },
    { text: '250ms', seconds: 0.25 },
    { text: '0s', seconds: 0 },
  ];
  it.each(cases)('reads $text as $seconds seconds', ({ text, seconds }) => {
    expect(parseDurationSeconds(text)).toBeCloseTo(seconds, 9);
  });

  it.each(['10', '', 'm', '10 m', '-5s', '5x', '1h foo', '1,5h'])('refuses "%s"', (text) => {
    expect(parseDurationSeconds(text)).toBeNull();
  });
});
