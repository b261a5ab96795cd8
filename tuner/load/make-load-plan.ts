import { type RequestClass, requestClasses } from '../contracts/component.ts';
import type { Config, Profile, Target } from '../contracts/config.ts';
import type { LoadPlan, PlannedScenario } from '../contracts/load-plan.ts';
import { exitCodes, TuneError } from '../errors.ts';
import { sizeVus } from './size-vus.ts';

export interface PlanOptions {
  /** Default: the profile's. */
  readonly seed?: number;
  /** Base of the Service API with /v1; default: the target's url and /v1. */
  readonly baseUrl?: string;
  /** How long a request of a class lasts as far as is known, in seconds; sizes the VUs. */
  readonly expectedSeconds?: Partial<Record<RequestClass, number>>;
}

/** After the last arrival, requests under way are given this long to end in order. */
const longestGracefulStopSeconds = 60;

/**
 * One k6 scenario for each class that the profile gives a share, the stages' rates split by it.
 *
 * @throws TuneError NO_APP when a class has a share and the target no app for it; NO_LOAD when no stage asks for any
 */
export function makeLoadPlan(profile: Profile, target: Target, options: PlanOptions = {}): LoadPlan {
  const classes = requestClasses.filter((name) => peakRate(profile, name) > 0);
  if (classes.length === 0) throw noLoad();
  const missing = classes.filter((name) => target.apps[name] === undefined);
  if (missing.length > 0) throw noApp(missing);
  return {
    schemaVersion: 1,
    seed: options.seed ?? profile.seed,
    baseUrl: options.baseUrl ?? `${target.url.replace(/\/$/, '')}/v1`,
    scenarios: classes.map((name) => planScenario(name, profile, { target, ...options })),
  };
}

/**
 * Refuses load above the caps before any of it is made.
 *
 * @throws TuneError CAP_EXCEEDED naming every cap at once
 */
export function checkCaps(profile: Profile, caps: Config['caps']): void {
  const rates = [profile.startArrivalsPerSecond, ...profile.stages.map((stage) => stage.arrivalsPerSecond)];
  const peak = Math.max(...rates);
  const duration = profile.stages.reduce((sum, stage) => sum + stage.duration, 0);
  const mistakes = [
    peak > caps.maxArrivalsPerSecond
      ? `${peak} arrivals/s are above caps.maxArrivalsPerSecond (${caps.maxArrivalsPerSecond})`
      : null,
    duration > caps.maxDuration
      ? `${duration} s of load are above caps.maxDuration (${caps.maxDuration} s)`
      : null,
  ].filter((mistake) => mistake !== null);
  if (mistakes.length === 0) return;
  throw new TuneError({
    code: 'CAP_EXCEEDED',
    message: `the profile asks for more load than is allowed: ${mistakes.join('; ')}`,
    why: 'the caps in tune.yaml keep a typing mistake from becoming an outage or a bill',
    next: 'lower the stages of the profile, or raise the caps if you mean it',
    exitCode: exitCodes.usage,
  });
}

function planScenario(
  name: RequestClass,
  profile: Profile,
  options: PlanOptions & { target: Target },
): PlannedScenario {
  const app = options.target.apps[name];
  const stages = profile.stages.map((stage) => ({
    durationSeconds: stage.duration,
    arrivalsPerSecond: stage.arrivalsPerSecond * shareOf(stage.mix ?? profile.mix, name),
  }));
  return {
    name,
    kind: name,
    responseMode: profile.responseMode,
    startArrivalsPerSecond: profile.startArrivalsPerSecond * shareOf(profile.mix, name),
    stages,
    ...sizeVus({
      name,
      peakArrivalsPerSecond: peakRate(profile, name),
      requestTimeoutSeconds: profile.requestTimeout,
      expectedSeconds: options.expectedSeconds?.[name],
    }),
    gracefulStopSeconds: Math.min(profile.requestTimeout, longestGracefulStopSeconds),
    requestTimeoutSeconds: profile.requestTimeout,
    inputs: app?.inputs ?? {},
    promptTokens: profile.promptTokens,
    promptSuffix: app?.promptSuffix ?? '',
  };
}

/** Of one class, in arrivals per second. */
function peakRate(profile: Profile, name: RequestClass): number {
  const rates = profile.stages.map(
    (stage) => stage.arrivalsPerSecond * shareOf(stage.mix ?? profile.mix, name),
  );
  return Math.max(profile.startArrivalsPerSecond * shareOf(profile.mix, name), ...rates);
}

/** 0–1. */
function shareOf(mix: Profile['mix'], name: RequestClass): number {
  const sum = requestClasses.reduce((total, each) => total + mix[each], 0);
  return sum === 0 ? 0 : mix[name] / sum;
}

function noApp(missing: readonly RequestClass[]): TuneError {
  return new TuneError({
    code: 'NO_APP',
    message: `the profile sends ${missing.join(' and ')} traffic and the target has no app for it`,
    why: 'each class needs an app of Dify and its API key',
    next: `write ${missing.map((name) => `\`apps.${name}.key\``).join(' and ')} under the target in tune.yaml, or set the share to 0 in the profile's mix`,
    exitCode: exitCodes.usage,
  });
}

function noLoad(): TuneError {
  return new TuneError({
    code: 'NO_LOAD',
    message: 'the profile makes no load: every stage and the start have 0 arrivals per second',
    why: 'there is nothing to learn from a target at rest',
    next: 'give a stage of the profile some `arrivalsPerSecond`',
    exitCode: exitCodes.usage,
  });
}
