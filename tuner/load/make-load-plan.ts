import { type TrafficClass, trafficClasses } from '../contracts/component.ts';
import type { Target } from '../contracts/config.ts';
import type { LoadPlan, PlannedScenario } from '../contracts/load-plan.ts';
import type { Mix, Profile } from '../contracts/profile.ts';
import { exitCodes, TuneError } from '../errors.ts';
import { arrivalSeconds } from './load-marks.ts';
import { planClass } from './plan-class.ts';
import { planReplay } from './plan-replay.ts';
import { profileArrivals } from './profile-arrivals.ts';
import { replayArrivals } from './replay-arrivals.ts';
import { sizeVus } from './size-vus.ts';
import { readTrafficFiles, type TrafficFiles } from './traffic-files.ts';

export interface PlanOptions {
  /** Default: the profile's. */
  readonly seed?: number;
  /** Base of the Service API with /v1; default: the target's url and /v1. */
  readonly baseUrl?: string;
  /** How long a request of a class lasts as far as is known, in seconds; sizes the VUs. */
  readonly expectedSeconds?: Partial<Record<TrafficClass, number>>;
  /** Name of the run in those of its users and documents; default: k6 makes one up. */
  readonly run?: string;
  /** Default: they are read. */
  readonly files?: TrafficFiles;
}

/** After the last arrival, requests under way are given this long to end in order. */
const longestGracefulStopSeconds = 60;

/**
 * One k6 scenario for each class that the profile gives a share.
 *
 * @throws TuneError NO_APP when a class has a share and the target no app for it; NO_LOAD when no stage asks for any;
 *   UNKNOWN_PLACEHOLDER; what is wrong with a file that the profile names
 */
export function makeLoadPlan(profile: Profile, target: Target, options: PlanOptions = {}): LoadPlan {
  const files = options.files ?? readTrafficFiles(profile);
  const seed = options.seed ?? profile.seed;
  const arrivals = arrivalsByClass(profile, files, seed);
  const classes = trafficClasses.filter((name) => arrivals[name] !== undefined);
  if (classes.length === 0) throw noLoad();
  const missing = classes.filter((name) => target.apps[name] === undefined);
  if (missing.length > 0) throw noApp(missing);
  return {
    schemaVersion: 1,
    seed,
    ...(options.run === undefined ? {} : { run: options.run }),
    baseUrl: options.baseUrl ?? `${target.url.replace(/\/$/, '')}/v1`,
    scenarios: classes.flatMap((name) => {
      const ofClass = arrivals[name];
      if (ofClass === undefined) return [];
      const traffic = planClass(name, profile, {
        app: target.apps[name],
        columns: files.columns[name] ?? [],
      });
      return [
        {
          name,
          kind: name,
          ...ofClass,
          ...sizeVus({
            name,
            peakArrivalsPerSecond: peakRate(ofClass),
            arrivalSpacing: ofClass.arrivalSpacing,
            requestTimeoutSeconds: profile.requestTimeout,
            expectedSeconds: options.expectedSeconds?.[name],
            turns: traffic.turns ?? 1,
            otherSeconds: otherSeconds(traffic),
          }),
          gracefulStopSeconds: Math.min(profile.requestTimeout, longestGracefulStopSeconds),
          requestTimeoutSeconds: profile.requestTimeout,
          ...traffic,
        },
      ];
    }),
  };
}

type Arrivals = Pick<PlannedScenario, 'startArrivalsPerSecond' | 'stages' | 'arrivalSpacing' | 'arrivals'>;

/** A class without any arrival is left out. */
function arrivalsByClass(
  profile: Profile,
  files: TrafficFiles,
  seed: number,
): Partial<Record<TrafficClass, Arrivals>> {
  const replay = profile.shape?.replay;
  if (replay !== undefined) {
    const dealt = planReplay(replayArrivals(files.trace ?? [], replay, seed), profile.mix, seed);
    return Object.fromEntries(
      Object.entries(dealt).map(([name, { startArrivalsPerSecond, stages, arrivals }]) => [
        name,
        {
          startArrivalsPerSecond,
          stages: [...stages],
          // A ten-thousandth of a second is as close as two arrivals can follow each other (docs/traffic.md).
          arrivals: arrivals.map(
            (row) => `${row.atSeconds.toFixed(4)},${row.promptTokens},${row.answerTokens}`,
          ),
        },
      ]),
    );
  }
  const whole = profileArrivals(profile);
  if (whole === null) return {};
  return Object.fromEntries(
    trafficClasses.flatMap((name) => {
      const ofClass = {
        startArrivalsPerSecond: whole.startArrivalsPerSecond * shareOf(profile.mix, name),
        stages: whole.stages.map(({ durationSeconds, arrivalsPerSecond, mix }) => ({
          durationSeconds,
          arrivalsPerSecond: arrivalsPerSecond * shareOf(mix, name),
        })),
        arrivalSpacing: profile.arrivalSpacing,
      };
      return peakRate(ofClass) > 0 ? [[name, ofClass]] : [];
    }),
  );
}

/** 0–1. */
function shareOf(mix: Mix, name: TrafficClass): number {
  const sum = trafficClasses.reduce((total, each) => total + mix[each], 0);
  return sum === 0 ? 0 : mix[name] / sum;
}

/** So long a burst of a replay has to be held by VUs; a shorter one is over before its requests are. */
const burstSeconds = 10;

/** Of one class, in arrivals per second. */
function peakRate(arrivals: Arrivals): number {
  const starts = arrivalSeconds(arrivals as PlannedScenario);
  if (starts.length === 0) {
    return Math.max(
      arrivals.startArrivalsPerSecond,
      ...arrivals.stages.map((stage) => stage.arrivalsPerSecond),
    );
  }
  let peak = 0;
  let oldest = 0;
  for (const [index, atSeconds] of starts.entries()) {
    while ((starts[oldest] ?? 0) <= atSeconds - burstSeconds) oldest += 1;
    peak = Math.max(peak, index - oldest + 1);
  }
  return peak / burstSeconds;
}

/** What an iteration does besides waiting for answers. */
function otherSeconds({ turns = 1, thinkSeconds = 0, indexing }: Partial<PlannedScenario>): {
  usual: number;
  longest: number;
} {
  // Thinking takes from half to one and a half of its mean.
  const thinking = (turns - 1) * thinkSeconds;
  return { usual: thinking, longest: thinking * 1.5 + (indexing?.timeoutSeconds ?? 0) };
}

function noApp(missing: readonly TrafficClass[]): TuneError {
  return new TuneError({
    code: 'NO_APP',
    message: `the profile sends ${missing.join(' and ')} traffic and the target has no app for it`,
    why: missing.includes('indexing')
      ? 'each class needs its API key, and indexing the knowledge base that documents are put into'
      : 'each class needs an app of Dify and its API key',
    next: `write ${missing.map((name) => (name === 'indexing' ? '`apps.indexing.key` and `apps.indexing.datasetId`' : `\`apps.${name}.key\``)).join(' and ')} under the target in tune.yaml, or set the share to 0 in the profile's mix`,
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
