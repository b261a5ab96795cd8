import { k6Options } from './lib/k6-options.ts';
import { prepareScenarios, readPlan } from './lib/read-plan.ts';
import { runIteration } from './lib/run-iteration.ts';

/** The plan's chat scenarios alone. */
const plan = readPlan('chat');
const scenarios = prepareScenarios(plan);

export const options = k6Options(plan, Date.now());

export function chat(): void {
  runIteration(scenarios);
}
