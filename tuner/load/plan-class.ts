import { placeholdersIn } from '../../scenarios/lib/placeholders.ts';
import type { TrafficClass } from '../contracts/component.ts';
import type { Target } from '../contracts/config.ts';
import type { PlannedScenario } from '../contracts/load-plan.ts';
import type { Profile } from '../contracts/profile.ts';
import { exitCodes, TuneError } from '../errors.ts';

/** What requests of a class carry and how their users behave. */
export type ClassTraffic = Omit<
  PlannedScenario,
  | 'name'
  | 'kind'
  | 'startArrivalsPerSecond'
  | 'stages'
  | 'arrivalSpacing'
  | 'arrivals'
  | 'preAllocatedVUs'
  | 'maxVUs'
  | 'gracefulStopSeconds'
  | 'requestTimeoutSeconds'
>;

export interface ClassSources {
  readonly app: Target['apps'][TrafficClass];
  /** Of the class's data file; empty: it has none. */
  readonly columns: readonly string[];
}

/** Options of an absent key are left out, so that plans of plain profiles stay short. */
export function planClass(
  name: TrafficClass,
  profile: Profile,
  { app, columns }: ClassSources,
): ClassTraffic {
  const { promptTokens = profile.promptTokens, promptFile, dataFile } = profile[name];
  const request = app !== undefined && 'inputs' in app ? app : { inputs: {}, promptSuffix: '' };
  requireKnownPlaceholders(name, [...Object.values(request.inputs), request.promptSuffix], columns);
  return {
    responseMode: name === 'indexing' ? 'blocking' : (profile[name].responseMode ?? profile.responseMode),
    inputs: request.inputs,
    promptTokens,
    promptSuffix: request.promptSuffix,
    answerTokens: profile.answerTokens,
    ...(promptFile === undefined ? {} : { promptFile }),
    ...(dataFile === undefined ? {} : { dataFile }),
    ...(name === 'chat' ? conversation(profile) : {}),
    ...(name === 'indexing' ? documents(profile, app) : stopping(profile[name].stop)),
  };
}

function conversation({
  chat: { turns, thinkTime },
}: Profile): Pick<PlannedScenario, 'turns' | 'thinkSeconds'> {
  return turns === 1 ? {} : { turns, thinkSeconds: thinkTime };
}

function stopping(stop: Profile['chat']['stop']): Pick<PlannedScenario, 'stop'> {
  return stop === undefined || stop.share === 0 ? {} : { stop };
}

function documents({ indexing }: Profile, app: ClassSources['app']): Pick<PlannedScenario, 'indexing'> {
  if (app === undefined || !('datasetId' in app)) return {};
  return {
    indexing: {
      datasetId: app.datasetId,
      indexingTechnique: app.indexingTechnique,
      pollSeconds: indexing.pollEvery,
      timeoutSeconds: indexing.timeout,
    },
  };
}

function requireKnownPlaceholders(
  name: TrafficClass,
  texts: readonly string[],
  columns: readonly string[],
): void {
  const known = ['prompt', 'answerTokens', ...columns];
  const unknown = [...new Set(texts.flatMap(placeholdersIn))].filter((found) => !known.includes(found));
  if (unknown.length === 0) return;
  throw new TuneError({
    code: 'UNKNOWN_PLACEHOLDER',
    message: `\`apps.${name}\` of the target uses ${unknown.map((found) => `{${found}}`).join(', ')}, and nothing stands for it`,
    why:
      columns.length > 0
        ? `the profile's ${name}.dataFile has the columns ${columns.join(', ')}`
        : `the profile names no ${name}.dataFile, so there are only {prompt} and {answerTokens}`,
    next: `name a data file with such a column under ${name}.dataFile of the profile, or change \`apps.${name}.inputs\``,
    exitCode: exitCodes.usage,
  });
}
