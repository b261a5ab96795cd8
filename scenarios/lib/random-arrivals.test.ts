/// <reference types="node" />
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PlannedScenario } from '../../tuner/contracts/load-plan.ts';
import { randomArrivalSeconds } from './random-arrivals.ts';

/** Shared with scenarios/extension/arrivals; where the moments come from is said in its random_test.go. */
const shared = join(import.meta.dirname, '../extension/arrivals/testdata/random-arrivals.json');
type Case = Pick<PlannedScenario, 'name' | 'startArrivalsPerSecond' | 'stages'> & {
  readonly seed: number;
  readonly scenario: string;
  readonly dueSeconds: readonly number[];
};
const cases = JSON.parse(readFileSync(shared, 'utf8')) as Case[];

describe('randomArrivalSeconds', () => {
  it.each(cases)('knows the moments that k6 makes of $name', ({ seed, scenario, dueSeconds, ...stages }) => {
    const found = randomArrivalSeconds({ ...stages, name: scenario }, seed);
    expect(found.length).toBe(dueSeconds.length);
    for (const [index, due] of dueSeconds.entries()) expect(found[index]).toBeCloseTo(due, 6);
  });

  it('leaves out what is due later than was asked for', () => {
    const steady = {
      name: 'chat',
      startArrivalsPerSecond: 5,
      stages: [{ durationSeconds: 60, arrivalsPerSecond: 5 }],
    };
    const all = randomArrivalSeconds(steady, 1);
    expect(randomArrivalSeconds(steady, 1, 20)).toEqual(all.filter((atSeconds) => atSeconds <= 20));
  });
});
