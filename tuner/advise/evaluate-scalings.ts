import type { Scaling } from '../simulate/model.ts';
import type { SimulationSummary } from '../simulate/result.ts';
import { simulate } from '../simulate/simulate.ts';
import { prepareScaling } from '../simulate/world.ts';
import type { EvaluatorInput } from './evaluator.ts';

/** Settings to simulate, each under the first `demands` demands. */
export interface EvaluationJob {
  readonly scalings: readonly Scaling[];
  readonly demands: number;
}

/** @returns for each setting one summary per demand, in order */
export function evaluateScalings(
  { model, demands, objectives }: EvaluatorInput,
  job: EvaluationJob,
): SimulationSummary[][] {
  return job.scalings.map((scaling) => {
    const prepared = prepareScaling(model, scaling);
    return demands
      .slice(0, job.demands)
      .map((demand) => simulate(model, prepared, demand, objectives).summary);
  });
}
