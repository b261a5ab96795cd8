import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { capsSchema, targetSchema } from '../contracts/config.ts';
import { profileSchema } from '../contracts/profile.ts';
import type { TuneError } from '../errors.ts';
import { checkCaps } from './check-caps.ts';
import { makeLoadPlan } from './make-load-plan.ts';

const target = targetSchema.parse({
  namespace: 'dify',
  release: 'my-dify',
  url: 'http://127.0.0.1:5001',
  apps: { chat: { key: { env: 'A' } }, workflow: { key: { env: 'B' } } },
});

/** Fifteen seconds of silence, then ten requests within a second. */
function burst(): string {
  const file = join(mkdtempSync(join(tmpdir(), 'caps-')), 'burst.csv');
  const rows = Array.from({ length: 10 }, (_, index) => `${15 + index / 10},1,1`);
  writeFileSync(file, ['TIMESTAMP,ContextTokens,GeneratedTokens', '0,1,1', ...rows].join('\n'));
  return file;
}

/** What is said with caps of 7 requests a second and 100 s; '': nothing. */
function said(fields: object): string {
  const profile = profileSchema.parse({ mix: { chat: 2, workflow: 1 }, ...fields });
  try {
    checkCaps(
      makeLoadPlan(profile, target),
      capsSchema.parse({ maxArrivalsPerSecond: 7, maxDuration: '100s' }),
    );
    return '';
  } catch (error) {
    return (error as TuneError).message;
  }
}

describe('checkCaps', () => {
  it.each([
    { shape: { constant: { arrivalsPerSecond: 8, duration: '50s' } }, peak: 8, seconds: null },
    { shape: { constant: { arrivalsPerSecond: 7, duration: '101s' } }, peak: null, seconds: 101 },
    { shape: { ramp: { toArrivalsPerSecond: 9, duration: '60s', hold: '60s' } }, peak: 9, seconds: 120 },
    {
      shape: { ramp: { fromArrivalsPerSecond: 9, toArrivalsPerSecond: 1, duration: '60s' } },
      peak: 9,
      seconds: null,
    },
    { shape: { steps: { arrivalsPerSecond: [1, 8, 2], stepDuration: '10s' } }, peak: 8, seconds: null },
    {
      shape: {
        spike: {
          baseArrivalsPerSecond: 1,
          peakArrivalsPerSecond: 30,
          before: '60s',
          duration: '1s',
          after: '60s',
        },
      },
      peak: 30,
      seconds: 121,
    },
    {
      shape: {
        diurnal: { troughArrivalsPerSecond: 1, peakArrivalsPerSecond: 12, dayDuration: '60s', days: 2 },
      },
      peak: 12,
      seconds: 120,
    },
    { shape: { constant: { arrivalsPerSecond: 7, duration: '100s' } }, peak: null, seconds: null },
  ])('holds for $shape', ({ shape, peak, seconds }) => {
    const message = said({ shape });
    expect(message.includes('arrivals/s are above')).toBe(peak !== null);
    if (peak !== null)
      expect(message).toContain(`${peak} arrivals/s are above caps.maxArrivalsPerSecond (7)`);
    expect(message.includes('s of load are above')).toBe(seconds !== null);
    if (seconds !== null)
      expect(message).toContain(`${seconds} s of load are above caps.maxDuration (100 s)`);
  });

  it('sees the bursts of a replay, which its mean rate hides', () => {
    const traceFile = burst();
    expect(said({ shape: { replay: { traceFile } } })).toContain('10 arrivals/s are above');
    expect(said({ shape: { replay: { traceFile, duration: '15500ms' } } })).toBe('');
    // Played ten times as slowly, one comes each second.
    expect(said({ shape: { replay: { traceFile, speedup: 0.1 } } })).toContain('159 s of load are above');
    expect(said({ shape: { replay: { traceFile, speedup: 0.1 } } })).not.toContain('arrivals/s');
  });

  it('counts every message of a conversation as a request', () => {
    const shape = { constant: { arrivalsPerSecond: 3, duration: '50s' } };
    // Two of three arrivals are conversations of five messages: 2 × 5 + 1.
    expect(said({ shape, chat: { turns: 5 } })).toContain('11 arrivals/s are above');
    expect(said({ shape, chat: { turns: 3 } })).toBe('');
  });
});
