/** A workflow or chatflow run, start -> llm -> end, wherever it executes: in the API or on a worker. */
import { randomUUID } from 'node:crypto';
import type { StreamingCost } from '../../worlds/world.ts';
import { computeAt, HeldConnection, type Place } from '../model/place.ts';
import { type Task, until } from '../model/task.ts';
import { type MessageIds, messageEndEvent, messageErrorEvent, messageEvents } from '../wire/chat-events.ts';
import { invokeErrorOf, pluginErrorOf } from '../wire/llm-errors.ts';
import { promptTokensOf, type Usage, usageOf } from '../wire/usage.ts';
import {
  llmTextSelector,
  type NodeOutcome,
  type NodeRun,
  type NodeType,
  newNodeRun,
  nodeFinishedEvent,
  nodeStartedEvent,
  type RunIds,
  type RunOutcome,
  startQuestionSelector,
  textChunkEvents,
  unixSeconds,
  workflowFinishedEvent,
  workflowStartedEvent,
} from '../wire/workflow-events.ts';
import type { Dify } from './dify.ts';
import { type LlmAnswer, readAnswer } from './read-answer.ts';

/** What a run is asked to do. This is also what goes through the queue, as JSON. */
export interface RunOrder {
  readonly ids: RunIds;
  readonly hasLlm: boolean;
  /** What the LLM node is told: a workflow's question, a chatflow's query. */
  readonly prompt: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly dialogueCount: number;
}

export interface RunResult {
  readonly outcome: RunOutcome;
  readonly text: string;
  readonly usage: Usage;
}

/** Each event in its turn; false when nobody listens any more. */
export type Emit = (json: string) => void;

/** The share of what a run costs before its model is called that is paid before its first event. */
const beforeFirstEvent = 0.4;

/** null when the run could not even begin: no database connection. */
export function* executeRun(dify: Dify, place: Place, order: RunOrder, emit: Emit): Task<RunResult | null> {
  const { world } = dify;
  const connection = new HeldConnection(place);
  try {
    if (yield* connection.take()) return null;
    yield* connection.query(world.postgres.waitMsPerRequest / 2);
    const run = new Run(dify, place, order, emit);
    const result = order.hasLlm ? yield* run.withLlm(connection) : yield* run.withoutLlm();
    return result;
  } finally {
    connection.giveBack();
  }
}

class Run {
  readonly #dify: Dify;
  readonly #place: Place;
  readonly #order: RunOrder;
  readonly #emit: Emit;
  readonly #startedAtMs: number;
  readonly #createdAt = unixSeconds();
  #steps = 0;

  constructor(dify: Dify, place: Place, order: RunOrder, emit: Emit) {
    this.#dify = dify;
    this.#place = place;
    this.#order = order;
    this.#emit = emit;
    this.#startedAtMs = dify.scheduler.now();
  }

  *withLlm(connection: HeldConnection): Task<RunResult> {
    const { world } = this.#dify;
    const cost = this.#cost();
    yield* this.#compute(cost.beforeLlm * beforeFirstEvent);
    this.#start();
    yield* this.#compute(cost.beforeLlm * (1 - beforeFirstEvent));
    if (!world.postgres.heldWhileStreaming) connection.giveBack();

    const { node, startedAtMs } = this.#startNode('llm');
    const answer = yield* this.#callModel(cost);
    const usage = this.#usageOf(answer);
    const failure = failureOf(answer);
    this.#finishNode(node, startedAtMs, llmOutcome(this.#order.prompt, { answer, usage, failure }));
    yield* connection.take();
    yield* connection.query(world.postgres.waitMsPerRequest / 2);
    yield* this.#compute(cost.atEnd);
    if (failure !== null) return this.#fail(failure, usage);
    if (answer.ending.kind === 'stopped') return this.#stop(answer, usage);
    return this.#end(answer.text, usage);
  }

  *withoutLlm(): Task<RunResult> {
    const { cpuMs } = this.#dify.world;
    yield* this.#compute(cpuMs.workflowRunNoLlm * 0.6);
    const text = String(this.#order.inputs.question ?? '');
    this.#start(() => this.#emit(textChunkEvents(this.#order.ids, startQuestionSelector)(text)));
    yield* this.#compute(cpuMs.workflowRunNoLlm * 0.4);
    return this.#end(text, noUsage);
  }

  #start(withinNode?: () => void): void {
    this.#emit(workflowStartedEvent(this.#order.ids, this.#inputs(false)));
    const { node, startedAtMs } = this.#startNode('start');
    withinNode?.();
    const inputs = this.#inputs(true);
    this.#finishNode(node, startedAtMs, {
      inputs,
      processData: {},
      outputs: inputs,
      error: null,
      usage: null,
    });
  }

  *#callModel(cost: StreamingCost): Task<LlmAnswer> {
    const { ids, prompt } = this.#order;
    const eventOf = ids.message
      ? messageEvents(ids.message, llmTextSelector)
      : textChunkEvents(ids, llmTextSelector);
    const call = this.#dify.llm.call(prompt);
    const forget = this.#dify.stopSignals.listen(ids.taskId, ids.user, () =>
      call.pushFirst({ kind: 'stopped' }),
    );
    try {
      const onToken = (text: string) => this.#emit(eventOf(text));
      const answer = yield* readAnswer(this.#place, call, { cpuMsPerToken: cost.perToken, onToken });
      if (answer.ending.kind === 'end') for (const empty of ['', '']) this.#emit(eventOf(empty));
      return answer;
    } finally {
      forget();
    }
  }

  #end(text: string, usage: Usage): RunResult {
    const { ids } = this.#order;
    const { node, startedAtMs } = this.#startNode(ids.message ? 'answer' : 'end');
    const outputs = ids.message ? { answer: text, files: [] } : { answer: text };
    const inputs = ids.message ? {} : { answer: text };
    this.#finishNode(node, startedAtMs, { inputs, processData: {}, outputs, error: null, usage: null });
    return this.#conclude({ status: 'succeeded', outputs, error: null }, text, usage);
  }

  #fail(failure: string, usage: Usage): RunResult {
    return this.#conclude({ status: 'failed', outputs: {}, error: failure }, '', usage);
  }

  #stop(answer: LlmAnswer, usage: Usage): RunResult {
    return this.#conclude({ status: 'stopped', outputs: {}, error: 'Stopped by user' }, answer.text, usage);
  }

  #conclude(end: Pick<RunOutcome, 'status' | 'outputs' | 'error'>, text: string, usage: Usage): RunResult {
    const { ids } = this.#order;
    const outcome: RunOutcome = {
      ...end,
      elapsedSeconds: (this.#dify.scheduler.now() - this.#startedAtMs) / 1000,
      totalTokens: end.status === 'failed' ? 0 : usage.total_tokens,
      totalSteps: this.#steps,
      createdAt: this.#createdAt,
    };
    const finished = workflowFinishedEvent(ids, outcome);
    const message = ids.message && messageEnding(ids.message, { outcome, usage });
    // A relayed stream ends with workflow_finished, so where runs are relayed the message ends before it.
    const isRelayed = this.#dify.world.dify.streamingWorkflowsRunOn === 'worker';
    const events = isRelayed ? [message, finished] : [finished, message];
    for (const event of events) if (event !== null) this.#emit(event);
    return { outcome, text, usage };
  }

  #startNode(type: NodeType): { node: NodeRun; startedAtMs: number } {
    this.#steps += 1;
    const node = newNodeRun(type);
    this.#emit(nodeStartedEvent(this.#order.ids, node));
    return { node, startedAtMs: this.#dify.scheduler.now() };
  }

  #finishNode(node: NodeRun, startedAtMs: number, outcome: Omit<NodeOutcome, 'elapsedSeconds'>): void {
    const elapsedSeconds = (this.#dify.scheduler.now() - startedAtMs) / 1000;
    this.#emit(nodeFinishedEvent(this.#order.ids, node, { ...outcome, elapsedSeconds }));
  }

  *#compute(cpuMs: number): Task {
    yield* until(computeAt(this.#place, cpuMs));
  }

  #cost(): StreamingCost {
    const { cpuMs } = this.#dify.world;
    return this.#order.ids.message ? cpuMs.chatflowRun : cpuMs.workflowRun;
  }

  #usageOf(answer: LlmAnswer): Usage {
    return usageOf(promptTokensOf(this.#order.prompt), answer.tokens, {
      latencySeconds: answer.totalMs / 1000,
      firstTokenSeconds: (answer.firstTokenMs ?? answer.totalMs) / 1000,
    });
  }

  /** The inputs of the run, and of its start node, which knows a little more. */
  #inputs(ofNode: boolean): object {
    const { ids, inputs, prompt, dialogueCount } = this.#order;
    const system = {
      'sys.files': [],
      'sys.user_id': ids.user,
      'sys.app_id': ids.appId,
      'sys.workflow_id': ids.workflowId,
      'sys.workflow_run_id': ids.workflowRunId,
    };
    if (!ids.message)
      return { ...inputs, ...system, ...(ofNode ? { 'sys.timestamp': this.#createdAt } : {}) };
    return {
      ...inputs,
      ...system,
      'sys.query': prompt,
      ...(ofNode ? { 'sys.conversation_id': ids.message.conversationId } : {}),
      'sys.dialogue_count': dialogueCount,
    };
  }
}

const noUsage = usageOf(0, 0, { latencySeconds: 0, firstTokenSeconds: null });

export function newRunIds(parts: Omit<RunIds, 'workflowRunId' | 'taskId' | 'endUserId'>): RunIds {
  return {
    ...parts,
    workflowRunId: randomUUID(),
    taskId: parts.message?.taskId ?? randomUUID(),
    endUserId: randomUUID(),
  };
}

function failureOf({ ending }: LlmAnswer): string | null {
  return ending.kind === 'refused' || ending.kind === 'cut' ? invokeErrorOf(pluginErrorOf(ending)) : null;
}

function llmOutcome(
  prompt: string,
  { answer, usage, failure }: { answer: LlmAnswer; usage: Usage; failure: string | null },
): Omit<NodeOutcome, 'elapsedSeconds'> {
  if (failure !== null) return { inputs: {}, processData: {}, outputs: {}, error: failure, usage: null };
  return {
    inputs: {},
    processData: {
      model_mode: 'chat',
      prompts: [
        { role: 'system', text: 'You are terse.', files: [] },
        { role: 'user', text: prompt, files: [] },
      ],
      usage,
      finish_reason: 'stop',
      model_provider: 'langgenius/openai_api_compatible/openai_api_compatible',
      model_name: 'mock-chat',
    },
    outputs: { text: answer.text, reasoning_content: '', usage, finish_reason: 'stop' },
    error: null,
    usage,
  };
}

function messageEnding(ids: MessageIds, { outcome, usage }: { outcome: RunOutcome; usage: Usage }): string {
  if (outcome.status !== 'failed') return messageEndEvent(ids, usage, []);
  const message = `Run failed: ${outcome.error}`;
  return messageErrorEvent(ids, { code: 'invalid_param', status: 400, message });
}
