import type { Options } from 'k6/options';
import { k6Options } from './k6-options.ts';
import type { StandAlone } from './plan-from-environment.ts';
import { type PreparedScenarios, prepareScenarios, readPlan } from './read-plan.ts';
import { isCallbackMode } from './send-by-callback.ts';

export interface StartedScript {
  readonly options: Options;
  readonly scenarios: PreparedScenarios;
}

/** What each script does in k6's init context. */
export function startScript(standAlone: StandAlone): StartedScript {
  const plan = readPlan(standAlone);
  const scenarios = prepareScenarios(plan);
  const replayed = (name: string) => scenarios[name]?.arrivals ?? [];
  const executor = isCallbackMode ? 'ramping-arrival-rate' : 'growing-arrival-rate';
  // k6 reads the options of its first context alone; a replay's stages are too many to be made by each VU.
  const options = __VU === 0 ? k6Options(plan, Date.now(), { replayed, executor }) : {};
  return { options, scenarios };
}
