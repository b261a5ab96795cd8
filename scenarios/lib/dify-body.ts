import type { DataRow } from './data-rows.ts';
import { asText, fillPlaceholders } from './placeholders.ts';
import { aroundMean, generatePrompt, generatePromptOf } from './prompts.ts';
import { randomOf } from './random.ts';
import type { PreparedScenario } from './read-plan.ts';

/** Which request of which iteration it is. */
export interface IterationId {
  /** Over all runners, from 0. */
  readonly iteration: number;
  /** Message of a conversation, from 0. */
  readonly turn: number;
}

/** What bodies are made of. */
export type BodySource = Pick<
  PreparedScenario,
  | 'name'
  | 'responseMode'
  | 'inputs'
  | 'promptTokens'
  | 'answerTokens'
  | 'promptSuffix'
  | 'turns'
  | 'seed'
  | 'run'
  | 'prompts'
  | 'rows'
  | 'arrivals'
>;

const usualAnswerTokens = 100;

/** JSON body of a message to a chat, agent or chatflow app. */
export function chatBody(source: BodySource, id: IterationId, conversationId: string): string {
  const values = valuesOf(source, id);
  return JSON.stringify({
    ...common(source, id, values),
    query: values.prompt,
    // A name for each conversation would be another call of the model, and delays the first message.
    auto_generate_name: false,
    ...(conversationId === '' ? {} : { conversation_id: conversationId }),
  });
}

/** JSON body of a run of a workflow app. */
export function workflowBody(source: BodySource, id: IterationId): string {
  return JSON.stringify(common(source, id, valuesOf(source, id)));
}

function common(source: BodySource, id: IterationId, values: DataRow) {
  const inputs: Record<string, unknown> = {};
  for (const name in source.inputs) inputs[name] = fillPlaceholders(source.inputs[name] ?? '', values);
  return { inputs, response_mode: source.responseMode, user: userOf(source, id) };
}

/** One user an iteration: Dify serialises some work by user, which real traffic of many users does not meet. */
export function userOf({ run, name }: BodySource, { iteration }: Pick<IterationId, 'iteration'>): string {
  return `tune-${run}-${name}-${iteration}`;
}

/** What `{…}` stands for: the same for the same seed, whoever runs the iteration. */
function valuesOf(source: BodySource, id: IterationId): DataRow {
  const row = source.rows[id.iteration % Math.max(1, source.rows.length)] ?? {};
  const sizes = replayedSizes(source, id);
  const values = { ...answerValues(source, id, sizes), ...row };
  const suffix = asText(fillPlaceholders(source.promptSuffix, values));
  const text = promptText(source, id, { row, promptTokens: sizes?.promptTokens ?? null });
  return { ...values, prompt: suffix === '' ? text : `${text} ${suffix}` };
}

/** `{answerTokens}`, which most loads have no use for. */
function answerValues(source: BodySource, id: IterationId, sizes: Sizes | null): DataRow {
  if (source.promptSuffix === '' && Object.keys(source.inputs).length === 0) return {};
  const { answerTokens: mean = usualAnswerTokens } = source;
  const seeds = [...seedsOf(source, id), 'answer'];
  return { answerTokens: sizes?.answerTokens ?? aroundMean(mean, randomOf(...seeds)) };
}

/** The text of a document: a prompt by another name, of its own length. */
export function documentText(source: BodySource, iteration: number): string {
  return asText(valuesOf({ ...source, promptSuffix: '' }, { iteration, turn: 0 }).prompt);
}

/** The row's own prompt, the next one of the file, or a generated one. */
function promptText(
  source: BodySource,
  id: IterationId,
  { row, promptTokens }: { row: DataRow; promptTokens: number | null },
): string {
  if (id.turn === 0 && Object.hasOwn(row, 'prompt')) return asText(row.prompt);
  const { prompts, turns = 1 } = source;
  if (prompts.length > 0) return prompts[(id.iteration * turns + id.turn) % prompts.length] ?? '';
  return promptTokens === null
    ? generatePrompt(source.promptTokens, ...seedsOf(source, id))
    : generatePromptOf(Math.max(1, promptTokens), ...seedsOf(source, id));
}

function seedsOf({ seed, name }: BodySource, { iteration, turn }: IterationId): (string | number)[] {
  return turn === 0 ? [seed, name, iteration] : [seed, name, iteration, turn];
}

interface Sizes {
  readonly promptTokens: number;
  readonly answerTokens: number;
}

/** Of the trace's row that this arrival is; null: no replay. */
function replayedSizes({ arrivals }: BodySource, { iteration }: IterationId): Sizes | null {
  const [, promptTokens, answerTokens] = (arrivals[iteration] ?? '').split(',');
  if (promptTokens === undefined || answerTokens === undefined) return null;
  return { promptTokens: Number(promptTokens), answerTokens: Number(answerTokens) };
}
