import type { TrafficClass } from '../../tuner/contracts/component.ts';
import type { LoadPlan, PlannedScenario } from '../../tuner/contracts/load-plan.ts';
import { promptLines } from './prompts.ts';

const knownVersion = 1;

/**
 * The plan named by TUNE_LOAD_PLAN, in k6's init context.
 *
 * @param kinds those that the script can run; scenarios of other kinds are left out
 */
export function readPlan(...kinds: readonly TrafficClass[]): LoadPlan {
  const path = environment('TUNE_LOAD_PLAN', 'the path of the load plan (docs/traffic.md)');
  const plan = JSON.parse(open(path)) as LoadPlan;
  if (plan.schemaVersion !== knownVersion) {
    throw new Error(`${path} has schemaVersion ${plan.schemaVersion}; these scenarios read ${knownVersion}`);
  }
  const scenarios = plan.scenarios.filter((scenario) => kinds.includes(scenario.kind));
  if (scenarios.length === 0) throw new Error(`${path} has no scenario of kind ${kinds.join(' or ')}`);
  return { ...plan, scenarios };
}

/** What an iteration needs of the plan, looked up by k6's name of its scenario. */
export interface PreparedScenario extends PlannedScenario {
  readonly url: string;
  readonly key: string;
  readonly seed: number;
  /** Empty: prompts are generated. */
  readonly prompts: readonly string[];
}

const paths: Record<TrafficClass, string> = {
  chat: 'chat-messages',
  workflow: 'workflows/run',
  indexing: 'datasets',
};

export function prepareScenarios(plan: LoadPlan): Map<string, PreparedScenario> {
  return new Map(
    plan.scenarios.map((scenario) => [
      scenario.name,
      {
        ...scenario,
        url: `${plan.baseUrl.replace(/\/$/, '')}/${paths[scenario.kind]}`,
        key: environment(
          `TUNE_KEY_${scenario.kind.toUpperCase()}`,
          `the API key of the ${scenario.kind} app`,
        ),
        seed: plan.seed,
        prompts: scenario.promptFile === undefined ? [] : promptLines(open(scenario.promptFile)),
      },
    ]),
  );
}

function environment(name: string, meaning: string): string {
  const value = __ENV[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set: it is ${meaning}`);
  return value;
}
