import { expect, it } from 'vitest';
import { fittedCases, otherCases, scalingCases } from './cases.ts';
import { holdToReference, isQuick } from './hold-to-reference.ts';

// The others, with more requests: simulate-against-reference.e2e.test.ts.
holdToReference(isQuick);

it('has quick cases of each kind of load and of what waits for CPU, slots, workers and pods', () => {
  const quick = [...fittedCases, ...otherCases, ...scalingCases].filter(isQuick).map(({ name }) => name);
  for (const word of [
    /^CPU at/,
    /burst/,
    /^slots at/,
    /^workers/,
    /85 %/,
    /scaled by CPU/,
    /scaled by the queue/,
  ]) {
    expect(
      quick.filter((name) => word.test(name)),
      String(word),
    ).not.toEqual([]);
  }
});
