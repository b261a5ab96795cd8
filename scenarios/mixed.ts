import { k6Options } from './lib/k6-options.ts';
import { prepareScenarios, readPlan } from './lib/read-plan.ts';
import { runIteration } from './lib/run-iteration.ts';

/** All scenarios of the plan, side by side. */
const plan = readPlan('chat', 'workflow');
const scenarios = prepareScenarios(plan);

export const options = k6Options(plan, Date.now());

export function chat(): void {
  runIteration(scenarios);
}

export function workflow(): void {
  runIteration(scenarios);
}
