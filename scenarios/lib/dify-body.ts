import type { PlannedScenario } from '../../tuner/contracts/load-plan.ts';
import { generatePrompt } from './prompts.ts';

/** Which iteration of which run a request belongs to. */
export interface IterationId {
  /** Over all runners, from 0. */
  readonly iteration: number;
  /** Tells the users of one run from those of another. */
  readonly run: string;
}

interface BodySource extends PlannedScenario {
  readonly seed: number;
  readonly prompts: readonly string[];
}

/** What is sent as the user's text in an iteration: the same for the same seed, whoever runs it. */
export function promptOf(source: BodySource, { iteration }: IterationId): string {
  const text =
    source.prompts.length > 0
      ? (source.prompts[iteration % source.prompts.length] ?? '')
      : generatePrompt(source.promptTokens, source.seed, source.name, iteration);
  return source.promptSuffix === '' ? text : `${text} ${source.promptSuffix}`;
}

/** JSON body of one run of an app. */
export function difyBody(source: BodySource, id: IterationId): string {
  const prompt = promptOf(source, id);
  const inputs = Object.fromEntries(
    Object.entries(source.inputs).map(([name, value]) => [name, value.replaceAll('{prompt}', prompt)]),
  );
  const common = { inputs, response_mode: source.responseMode, user: userOf(source, id) };
  if (source.kind === 'workflow') return JSON.stringify(common);
  // A name for each conversation would be another call of the model, and delays the first message.
  return JSON.stringify({ ...common, query: prompt, auto_generate_name: false });
}

/** One user an iteration: Dify serialises some work by user, which real traffic of many users does not meet. */
function userOf(source: BodySource, { iteration, run }: IterationId): string {
  return `tune-${run}-${source.name}-${iteration}`;
}
