import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isFailedOutcome } from './load-buckets.ts';
import { explainOutcome } from './outcome-classes.ts';

/** The outcomes in the first column of docs/traffic.md's table: what the extension can say. */
function documentedOutcomes(): string[] {
  const text = readFileSync(join(import.meta.dirname, '../../docs/traffic.md'), 'utf8');
  const section = text.slice(text.indexOf('### Outcomes'), text.indexOf("A server's own texts become part"));
  return section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''));
}

it('explains every outcome that docs/traffic.md names, each in words of its own', () => {
  const outcomes = documentedOutcomes();
  expect(outcomes.length).toBeGreaterThan(20);
  for (const outcome of outcomes) {
    expect(isFailedOutcome(outcome), outcome).toBe(true);
    expect(explainOutcome(outcome), outcome).not.toBeNull();
  }
});

it('tells the ways of bad input apart', () => {
  const ways = [
    'http_401',
    'http_400:not_workflow_app',
    'app_unpublished',
    'http_429',
    'http_429:retry_after',
    'http_500',
    'http_502',
    'reset',
    'buffered',
    'tls_error',
    'dns_error',
    'no_response',
    'llm_throttled',
  ];
  const meanings = new Set(ways.map((outcome) => explainOutcome(outcome)?.meaning));
  expect(meanings.size).toBe(ways.length);
  expect(explainOutcome('buffered')?.next).toContain('proxy_buffering off');
});

it('has nothing to say of what is no failure, or of what it does not know', () => {
  expect(explainOutcome('ok')).toBeNull();
  expect(explainOutcome('stopped')).toBeNull();
  expect(explainOutcome('from_the_future')).toBeNull();
});
