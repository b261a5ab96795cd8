import { describe, expect, it } from 'vitest';
import { compareWeb } from './compare-web.ts';
import { relativeError } from './compare-with-reference.ts';
import { webCases } from './web-cases.ts';

describe('pages of the web front end against the per-request reference', () => {
  it.each(webCases)('$name: within $within', ({ template, within, replications }) => {
    const { firstByteP95, utilization, meanReplicas } = compareWeb(template, replications);
    expect(relativeError(firstByteP95)).toBeLessThan(within);
    expect(Math.abs(utilization.simulated / utilization.reference - 1)).toBeLessThan(within);
    expect(relativeError(meanReplicas)).toBeLessThan(within);
  });
});
