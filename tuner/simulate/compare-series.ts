import { mean } from 'simple-statistics';
import type { Series } from '../contracts/evidence.ts';
import type { Verdict } from '../contracts/verdict.ts';

export type Comparison = Verdict['calibration'][number];

/** One quantity over the run's time axis, recorded and simulated: the same seconds, null where either is unknown. */
export interface CalibrationSeries {
  readonly quantity: string;
  readonly unit: string;
  readonly recorded: Series;
  readonly simulated: Series;
}

/** One comparison for all draws of the same run: their mean, and how far they lie apart. */
export function acrossDraws(draws: readonly (readonly Comparison[])[]): Comparison[] {
  return (draws[0] ?? []).map((first) => {
    const own = draws.flatMap((draw) => draw.filter(({ quantity }) => quantity === first.quantity));
    const simulated = own.map((comparison) => comparison.simulated);
    return {
      ...first,
      simulated: mean(simulated),
      simulatedLow: Math.min(...simulated),
      simulatedHigh: Math.max(...simulated),
      meanAbsoluteError: mean(own.map(({ meanAbsoluteError }) => meanAbsoluteError)),
    };
  });
}

/** @returns nothing where the two have no step in common */
export function compare({ quantity, unit, recorded, simulated }: CalibrationSeries): Comparison[] {
  const pairs = recorded.values.flatMap((value, index) => {
    const from = recorded.fromSeconds + index * recorded.stepSeconds;
    const other = meanBetween(simulated, from, from + recorded.stepSeconds);
    return value === null || other === null ? [] : [{ recorded: value, simulated: other }];
  });
  if (pairs.length === 0) return [];
  return [
    {
      quantity,
      unit,
      recorded: mean(pairs.map((pair) => pair.recorded)),
      simulated: mean(pairs.map((pair) => pair.simulated)),
      meanAbsoluteError: mean(pairs.map((pair) => Math.abs(pair.recorded - pair.simulated))),
    },
  ];
}

/** Mean of the values whose steps overlap the stretch; null where all of them are unknown. */
function meanBetween({ fromSeconds, stepSeconds, values }: Series, from: number, to: number): number | null {
  const first = Math.max(0, Math.floor((from - fromSeconds) / stepSeconds));
  const last = Math.max(first + 1, Math.ceil((to - fromSeconds) / stepSeconds));
  const known = values.slice(first, last).filter((value) => value !== null);
  return known.length === 0 ? null : mean(known);
}
