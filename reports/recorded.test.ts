import { describe, expect, it } from 'vitest';
import { items, present, recorded } from './recorded.ts';

describe('recorded', () => {
  const evidence = recorded('evidence.json', {
    steps: [{ rate: 4 }, { rate: 9 }],
    slots: null as { value: number } | null,
    'odd/key~': 7,
  });

  it('names the file and the JSON pointer of each value it hands out', () => {
    const rate = items(evidence.at('steps'))[1]?.at('rate');
    expect(rate?.value).toBe(9);
    expect(rate?.source).toBe('evidence.json#/steps/1/rate');
  });

  it('goes on through a null without inventing a value', () => {
    const value = evidence.at('slots').at('value');
    expect(value.value).toBeNull();
    expect(value.source).toBe('evidence.json#/slots/value');
    expect(present(evidence.at('slots'))).toBeNull();
  });

  it('escapes keys as RFC 6901 asks (example of its section 3: ~ is ~0, / is ~1)', () => {
    expect(evidence.at('odd/key~').source).toBe('evidence.json#/odd~1key~0');
  });
});
