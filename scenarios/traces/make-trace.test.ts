import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeTrace } from './make-trace.ts';

it('makes the trace that comes along', () => {
  expect(makeTrace(1)).toBe(readFileSync(join(import.meta.dirname, 'office-ten-minutes.csv'), 'utf8'));
});
