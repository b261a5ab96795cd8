import type { TrafficClass } from '../../tuner/contracts/component.ts';
import type { LoadPlan, PlannedScenario } from '../../tuner/contracts/load-plan.ts';
import type { LoadShape } from './shapes.ts';

/** What a script does by itself, without a plan: docs/traffic.md, "Without tune". */
export interface StandAlone {
  /** Classes that the script runs. */
  readonly classes: readonly TrafficClass[];
  readonly defaultSeconds: number;
  /** Arrivals per second of all classes together. */
  readonly defaultRate: number;
  /** `peak` is TUNE_PEAK, five times the rate where it is not set; `days` is TUNE_DAYS, 0 where it is not. */
  readonly shape: (load: {
    readonly rate: number;
    readonly seconds: number;
    readonly peak: number;
    readonly days: number;
  }) => LoadShape;
}

type Environment = Readonly<Record<string, string | undefined>>;

const requestTimeoutSeconds = 120;

/**
 * A plan of TUNE_BASE_URL, TUNE_RATE, TUNE_DURATION, TUNE_MIX and the like.
 *
 * @throws Error naming the variable that is missing or cannot be read
 */
export function planFromEnvironment(environment: Environment, script: StandAlone): LoadPlan {
  const baseUrl = environment.TUNE_BASE_URL;
  if (baseUrl === undefined || baseUrl === '') {
    throw new Error(
      'neither TUNE_LOAD_PLAN (the path of a load plan) nor TUNE_BASE_URL (https://dify.example.com/v1) is set: docs/traffic.md',
    );
  }
  const rate = numberOf(environment, 'TUNE_RATE', script.defaultRate);
  const seconds = secondsOf(environment, 'TUNE_DURATION', script.defaultSeconds);
  const shape = script.shape({
    rate,
    seconds,
    peak: numberOf(environment, 'TUNE_PEAK', rate * 5),
    days: Math.floor(numberOf(environment, 'TUNE_DAYS', 0)),
  });
  const shares = sharesOf(environment, script.classes);
  return {
    schemaVersion: 1,
    seed: numberOf(environment, 'TUNE_SEED', 1),
    baseUrl,
    scenarios: shares.map(({ name, share }) => scenarioOf(environment, name, scaled(shape, share))),
  };
}

interface Share {
  readonly name: TrafficClass;
  /** 0–1; all add up to 1. */
  readonly share: number;
}

/** TUNE_MIX, or equal shares of the classes whose keys are set. */
function sharesOf(environment: Environment, classes: readonly TrafficClass[]): Share[] {
  const mix = environment.TUNE_MIX ?? '';
  const weights =
    mix === ''
      ? classes
          .filter((name) => environment[`TUNE_KEY_${name.toUpperCase()}`])
          .map((name) => ({ name, weight: 1 }))
      : mix.split(',').map((pair) => weightOf(pair, classes));
  const sum = weights.reduce((total, { weight }) => total + weight, 0);
  if (sum === 0) {
    const keys = classes.map((name) => `TUNE_KEY_${name.toUpperCase()}`);
    throw new Error(`${keys.join(' or ')} is not set, so there is no traffic to send`);
  }
  return weights
    .filter(({ weight }) => weight > 0)
    .map(({ name, weight }) => ({ name, share: weight / sum }));
}

function weightOf(pair: string, classes: readonly TrafficClass[]): { name: TrafficClass; weight: number } {
  const [, text = '', weight] = /^\s*(\w+)\s*=\s*(\d+(?:\.\d+)?)\s*$/.exec(pair) ?? [];
  const name = classes.find((each) => each === text);
  if (name === undefined || weight === undefined) {
    throw new Error(`TUNE_MIX: "${pair}" is not like ${classes.map((each) => `${each}=1`).join(',')}`);
  }
  return { name, weight: Number(weight) };
}

function scaled(shape: LoadShape, share: number): LoadShape {
  return {
    startArrivalsPerSecond: shape.startArrivalsPerSecond * share,
    stages: shape.stages.map((stage) => ({ ...stage, arrivalsPerSecond: stage.arrivalsPerSecond * share })),
  };
}

function scenarioOf(environment: Environment, name: TrafficClass, shape: LoadShape): PlannedScenario {
  const peak = Math.max(
    shape.startArrivalsPerSecond,
    ...shape.stages.map((stage) => stage.arrivalsPerSecond),
  );
  const turns = numberOf(environment, 'TUNE_TURNS', 1);
  const thinkSeconds = secondsOf(environment, 'TUNE_THINK_TIME', 10);
  const holdSeconds = 20 * turns + thinkSeconds * (turns - 1);
  const mode = environment.TUNE_RESPONSE_MODE ?? 'streaming';
  if (mode !== 'streaming' && mode !== 'blocking')
    throw new Error(`TUNE_RESPONSE_MODE: "${mode}" is neither streaming nor blocking`);
  return {
    name,
    kind: name,
    responseMode: name === 'indexing' ? 'blocking' : mode,
    startArrivalsPerSecond: shape.startArrivalsPerSecond,
    stages: [...shape.stages],
    arrivalSpacing: spacingOf(environment),
    preAllocatedVUs: Math.max(10, Math.ceil(peak * holdSeconds)),
    maxVUs: Math.max(
      20,
      Math.ceil(peak * (requestTimeoutSeconds * turns + thinkSeconds * (turns - 1) * 1.5)),
    ),
    gracefulStopSeconds: 60,
    requestTimeoutSeconds,
    inputs: inputsOf(environment),
    promptTokens: numberOf(environment, 'TUNE_PROMPT_TOKENS', 40),
    promptSuffix: environment.TUNE_PROMPT_SUFFIX ?? '',
    ...(name === 'chat' && turns > 1 ? { turns, thinkSeconds } : {}),
    ...(name === 'indexing' ? { indexing: knowledgeOf(environment) } : {}),
  };
}

function spacingOf(environment: Environment): 'random' | 'even' {
  const spacing = environment.TUNE_ARRIVAL_SPACING || 'random';
  if (spacing === 'random' || spacing === 'even') return spacing;
  throw new Error(`TUNE_ARRIVAL_SPACING: "${spacing}" is neither random nor even`);
}

function knowledgeOf(environment: Environment): NonNullable<PlannedScenario['indexing']> {
  const datasetId = environment.TUNE_DATASET_ID ?? '';
  if (datasetId === '')
    throw new Error('TUNE_DATASET_ID is not set: it is the knowledge base that documents are put into');
  return { datasetId, indexingTechnique: 'economy', pollSeconds: 1, timeoutSeconds: 300 };
}

function inputsOf({ TUNE_INPUTS: text = '{}' }: Environment): Record<string, string> {
  const inputs: unknown = parseJson(text);
  const isObject = typeof inputs === 'object' && inputs !== null && !Array.isArray(inputs);
  if (isObject && Object.values(inputs).every((value) => typeof value === 'string'))
    return inputs as Record<string, string>;
  throw new Error('TUNE_INPUTS is no JSON object of texts, such as {"question":"{prompt}"}');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function numberOf(environment: Environment, name: string, otherwise: number): number {
  const text = environment[name] ?? '';
  if (text === '') return otherwise;
  const number = Number(text);
  if (Number.isFinite(number) && number >= 0) return number;
  throw new Error(`${name}: "${text}" is no number from 0 up`);
}

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

function secondsOf(environment: Environment, name: string, otherwise: number): number {
  const text = environment[name] ?? '';
  if (text === '') return otherwise;
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)([smh])$/.exec(text) ?? [];
  if (amount !== undefined) return Number(amount) * (unitSeconds[unit] ?? 1);
  throw new Error(`${name}: "${text}" is no duration such as 90s, 10m or 8h`);
}
