import type { PlannedScenario } from '../../tuner/contracts/load-plan.ts';
import { secondsAtArea } from './due.ts';
import { randomOf } from './random.ts';
import { expectedArea } from './shapes.ts';

/**
 * Moments at which the arrivals of a randomly spaced scenario are due: a Poisson process of rate 1 whose time is
 * changed to that of the stages. k6 makes the same ones (scenarios/extension/arrivals, Random): each draw follows from
 * seed, scenario and number.
 *
 * @param untilSeconds those due later are left out; default none
 * @returns seconds since the scenario's start, ascending
 */
export function randomArrivalSeconds(
  scenario: Pick<PlannedScenario, 'name' | 'startArrivalsPerSecond' | 'stages'>,
  seed: number,
  untilSeconds = Number.POSITIVE_INFINITY,
): number[] {
  const random = randomOf(seed, 'arrivals', scenario.name);
  const whole = expectedArea(scenario);
  const moments: number[] = [];
  let area = 0;
  for (;;) {
    // Half a step of the generator keeps the logarithm finite.
    area -= Math.log(random() + 2 ** -33);
    if (area > whole) return moments;
    const atSeconds = secondsAtArea(scenario, area);
    if (atSeconds > untilSeconds) return moments;
    moments.push(atSeconds);
  }
}
