import { expect, it } from 'vitest';
import { compareDecisions } from './compare-decisions.ts';
import { readTrace, traceFiles } from './fixtures/read-traces.ts';
import { prepareTrace, replayTrace } from './replay-trace.ts';

// Expected: what the unmodified controller decided (fixtures/traces/README.md).

it.each(traceFiles('case-'))('decides as the real controller did at every sync of %s', (file) => {
  const trace = readTrace(file);
  const decisions = replayTrace(prepareTrace(trace));
  expect(decisions).toHaveLength(trace.syncs.length);
  expect(trace.syncs.every(({ conditions }) => conditions !== undefined)).toBe(true);
  expect(compareDecisions(trace.syncs, decisions)).toEqual([]);
});

it('has all 5,901 syncs of the first forty clusters to compare with', () => {
  const files = traceFiles('case-11-');
  expect(files).toHaveLength(40);
  expect(files.reduce((total, file) => total + readTrace(file).syncs.length, 0)).toBe(5901);
});

it.each([
  ['1.30.14', '1.33.0'],
  ['1.33.7', '1.32.0'],
  ['1.33.7', '1.34.0'],
  ['1.34.3', '1.33.0'],
  ['1.34.3', '1.35.0'],
  ['1.35.0', '1.34.0'],
  ['1.35.0', '1.36.0'],
  ['1.36.0', '1.35.0'],
])('what %s decided cannot be had by the rules of %s', (recorded, other) => {
  const differing = traceFiles(`case-${recorded}-`).flatMap((file) => {
    const trace = readTrace(file);
    return compareDecisions(trace.syncs, replayTrace(prepareTrace(trace, other)));
  });
  expect(differing.length).toBeGreaterThan(0);
});
