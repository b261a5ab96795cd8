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

it('sees a difference when the rules are another version’s', () => {
  const differing = traceFiles('case-11-').flatMap((file) => {
    const trace = readTrace(file);
    // Before 1.35 the tolerances of the spec were not read; minReplicas 0 is refused there.
    if (trace.hpa.spec.minReplicas === 0) return [];
    return compareDecisions(trace.syncs, replayTrace(prepareTrace(trace, '1.33.7')));
  });
  expect(differing.length).toBeGreaterThan(0);
});
