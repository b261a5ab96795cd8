import { SharedArray } from 'k6/data';
import type { TrafficClass } from '../../tuner/contracts/component.ts';
import type { LoadPlan, PlannedScenario } from '../../tuner/contracts/load-plan.ts';
import { type DataRow, dataRows } from './data-rows.ts';
import { planFromEnvironment, type StandAlone } from './plan-from-environment.ts';
import { promptLines } from './prompts.ts';

const knownVersion = 1;

/**
 * The plan named by TUNE_LOAD_PLAN, or one made of the environment, in k6's init context.
 *
 * What can be long (a replay's arrivals, prompts, data) is held once for all VUs, not in the plan that each has.
 *
 * @param script the classes that it can run, others are left out; and what it does without a plan
 */
export function readPlan(script: StandAlone): LoadPlan {
  const path = __ENV.TUNE_LOAD_PLAN ?? '';
  if (path === '') return planFromEnvironment(__ENV, script);
  const [plan] = new SharedArray('plan', () => [withoutArrivals(parsePlan(path))]);
  if (plan === undefined) throw new Error(`${path} is empty`);
  const scenarios = plan.scenarios.filter((scenario) => script.classes.includes(scenario.kind));
  if (scenarios.length === 0)
    throw new Error(`${path} has no scenario of kind ${script.classes.join(' or ')}`);
  return { ...plan, scenarios };
}

function parsePlan(path: string): LoadPlan {
  const plan = JSON.parse(open(path)) as LoadPlan;
  if (plan.schemaVersion === knownVersion) return plan;
  throw new Error(`${path} has schemaVersion ${plan.schemaVersion}; these scenarios read ${knownVersion}`);
}

function withoutArrivals(plan: LoadPlan): LoadPlan {
  return { ...plan, scenarios: plan.scenarios.map(({ arrivals: _, ...scenario }) => scenario) };
}

/** What an iteration needs of the plan, looked up by k6's name of its scenario. */
export interface PreparedScenario extends Omit<PlannedScenario, 'arrivals'> {
  /** Of the Service API, with /v1 and without a slash behind it. */
  readonly baseUrl: string;
  readonly key: string;
  readonly seed: number;
  /** Begins the names of this run's users. */
  readonly run: string;
  /** Begins the names of this runner's documents. */
  readonly documentPrefix: string;
  /** Empty: prompts are generated. */
  readonly prompts: ArrayLike<string>;
  /** Empty: there is no data file. */
  readonly rows: ArrayLike<DataRow>;
  /** Empty: no replay. */
  readonly arrivals: ArrayLike<string>;
}

/** By the scenario's name; an object and no Map, which k6's engine would first have to make for every VU. */
export type PreparedScenarios = Readonly<Record<string, PreparedScenario>>;

export function prepareScenarios(plan: LoadPlan): PreparedScenarios {
  const run = runName(plan);
  return Object.fromEntries(plan.scenarios.map((scenario) => [scenario.name, prepare(scenario, plan, run)]));
}

function prepare(scenario: PlannedScenario, plan: LoadPlan, run: string): PreparedScenario {
  const { name, kind, promptFile, dataFile } = scenario;
  return {
    ...scenario,
    baseUrl: plan.baseUrl.endsWith('/') ? plan.baseUrl.slice(0, -1) : plan.baseUrl,
    key: keyOf(kind),
    seed: plan.seed,
    run,
    documentPrefix: `tune-${run}-${__ENV.TUNE_RUNNER ?? '0'}-`,
    prompts:
      promptFile === undefined ? [] : new SharedArray(`prompts ${name}`, () => promptLines(open(promptFile))),
    rows:
      dataFile === undefined ? [] : new SharedArray(`data ${name}`, () => dataRows(dataFile, open(dataFile))),
    arrivals: arrivalsOf(name),
  };
}

/** The plan again, for this alone: what SharedArray holds is not copied into each VU. */
function arrivalsOf(name: string): ArrayLike<string> {
  const path = __ENV.TUNE_LOAD_PLAN ?? '';
  if (path === '') return [];
  return new SharedArray(`arrivals ${name}`, () => {
    const scenario = parsePlan(path).scenarios.find((each) => each.name === name);
    return scenario?.arrivals ?? [];
  });
}

/** One for all VUs of this process, also where the plan names none. */
function runName(plan: LoadPlan): string {
  const [name = ''] = new SharedArray('run', () => [plan.run ?? Date.now().toString(36)]);
  return name;
}

function keyOf(kind: TrafficClass): string {
  const name = `TUNE_KEY_${kind.toUpperCase()}`;
  const value = __ENV[name];
  if (value !== undefined && value !== '') return value;
  const of = kind === 'indexing' ? 'the knowledge base' : `the ${kind} app`;
  throw new Error(`${name} is not set: it is the API key of ${of}`);
}
