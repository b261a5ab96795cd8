import { describe, expect, it } from 'vitest';
import { type ExitCode, exitCodes, TuneError } from '../errors.ts';
import { cutShortBy, endingOf, failedEnding } from './run-ending.ts';

const error = (code: string, exitCode: ExitCode) =>
  new TuneError({ code, message: 'm', why: 'w', next: 'n', exitCode });
const interrupted = error('INTERRUPTED', exitCodes.interrupted);
const sandboxEnded = error('SANDBOX_ENDED', exitCodes.unreachable);
const k6Failed = error('K6_FAILED', exitCodes.bug);
const going = new AbortController().signal;

describe('how a run ended', () => {
  it.each([
    { name: 'the plan ran to its end', given: ['complete', going], expected: ['complete', null] },
    {
      name: 'its user stopped it',
      given: ['interrupted', AbortSignal.abort(interrupted)],
      expected: ['interrupted', null],
    },
    {
      name: 'the sandbox ended',
      given: ['interrupted', AbortSignal.abort(sandboxEnded)],
      expected: ['failed', 'SANDBOX_ENDED'],
    },
    {
      name: 'the sandbox ended while the cluster was watched after the load',
      given: ['complete', AbortSignal.abort(sandboxEnded)],
      expected: ['failed', 'SANDBOX_ENDED'],
    },
  ] as const)('is $expected when $name', ({ given: [loadEnded, signal], expected }) => {
    const { ended, endedBecause } = endingOf(loadEnded, signal);
    expect([ended, endedBecause]).toEqual(expected);
  });

  it.each([
    { name: 'k6 failed', given: [k6Failed, going], expected: ['failed', 'K6_FAILED'] },
    { name: 'a bug showed', given: [new TypeError('x'), going], expected: ['failed', 'BUG'] },
    {
      name: 'its user stopped it',
      given: [new Error('aborted'), AbortSignal.abort(interrupted)],
      expected: ['interrupted', null],
    },
    {
      name: 'an error followed from the end of the sandbox',
      given: [k6Failed, AbortSignal.abort(sandboxEnded)],
      expected: ['failed', 'SANDBOX_ENDED'],
    },
  ] as const)('is $expected after an error when $name', ({ given: [thrown, signal], expected }) => {
    const { ended, endedBecause } = failedEnding(thrown, signal);
    expect([ended, endedBecause]).toEqual(expected);
  });

  it('is blamed on the target only when it was not the user', () => {
    expect(cutShortBy(going)).toBeNull();
    expect(cutShortBy(AbortSignal.abort(interrupted))).toBeNull();
    expect(cutShortBy(AbortSignal.abort())).toBeNull();
    expect(cutShortBy(AbortSignal.abort(sandboxEnded))).toBe(sandboxEnded);
  });
});
