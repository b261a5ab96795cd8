/** Events of workflow and chatflow runs, key for key as Dify writes them. */
import { randomUUID } from 'node:crypto';
import { type MessageIds, messageHead } from './chat-events.ts';
import { roundTo, type Usage } from './usage.ts';

export interface RunIds {
  readonly workflowRunId: string;
  readonly workflowId: string;
  readonly appId: string;
  readonly taskId: string;
  readonly endUserId: string;
  readonly user: string;
  /** Set for a chatflow, whose events name their message too. */
  readonly message: MessageIds | null;
}

export type NodeType = 'start' | 'llm' | 'end' | 'answer';

const nodes: Readonly<Record<NodeType, { id: string; title: string }>> = {
  start: { id: '1000000000001', title: 'Start' },
  llm: { id: '1000000000002', title: 'LLM' },
  end: { id: '1000000000003', title: 'End' },
  answer: { id: '1000000000003', title: 'Answer' },
};

/** Where the text of each token comes from. */
export const llmTextSelector = [nodes.llm.id, 'text'];
export const startQuestionSelector = [nodes.start.id, 'question'];

export function unixSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

/** One execution of a node; both its events name it. */
export interface NodeRun {
  readonly id: string;
  readonly type: NodeType;
  readonly createdAt: number;
}

export function newNodeRun(type: NodeType): NodeRun {
  return { id: randomUUID(), type, createdAt: unixSeconds() };
}

export function workflowStartedEvent(ids: RunIds, inputs: object): string {
  return runEvent('workflow_started', ids, {
    id: ids.workflowRunId,
    workflow_id: ids.workflowId,
    inputs,
    created_at: unixSeconds(),
  });
}

export function nodeStartedEvent(ids: RunIds, node: NodeRun): string {
  return runEvent('node_started', ids, {
    ...nodeHead(node),
    inputs: null,
    inputs_truncated: false,
    created_at: node.createdAt,
    extras: {},
    iteration_id: null,
    loop_id: null,
    agent_strategy: null,
  });
}

export interface NodeOutcome {
  readonly inputs: object;
  readonly processData: object;
  readonly outputs: object;
  readonly error: string | null;
  readonly elapsedSeconds: number;
  readonly usage: Usage | null;
}

export function nodeFinishedEvent(ids: RunIds, node: NodeRun, outcome: NodeOutcome): string {
  const { usage } = outcome;
  return runEvent('node_finished', ids, {
    ...nodeHead(node),
    inputs: outcome.inputs,
    inputs_truncated: false,
    process_data: outcome.processData,
    process_data_truncated: false,
    outputs: outcome.outputs,
    outputs_truncated: false,
    status: outcome.error === null ? 'succeeded' : 'failed',
    error: outcome.error,
    elapsed_time: roundTo(outcome.elapsedSeconds, 6),
    execution_metadata: usage && {
      total_tokens: usage.total_tokens,
      total_price: usage.total_price,
      currency: usage.currency,
    },
    created_at: node.createdAt,
    finished_at: unixSeconds(),
    files: [],
    iteration_id: null,
    loop_id: null,
  });
}

/** The events of a token of a workflow, with everything that does not change made once per stream. */
export function textChunkEvents(ids: RunIds, selector: readonly string[]): (text: string) => string {
  const head = `{"event":"text_chunk","workflow_run_id":"${ids.workflowRunId}","task_id":"${ids.taskId}","data":{"text":`;
  const tail = `,"from_variable_selector":${JSON.stringify(selector)}}}`;
  return (text) => head + JSON.stringify(text) + tail;
}

export interface RunOutcome {
  readonly status: 'succeeded' | 'failed' | 'stopped';
  readonly outputs: object;
  readonly error: string | null;
  readonly elapsedSeconds: number;
  readonly totalTokens: number;
  readonly totalSteps: number;
  readonly createdAt: number;
}

export function workflowFinishedEvent(ids: RunIds, outcome: RunOutcome): string {
  return runEvent('workflow_finished', ids, {
    id: ids.workflowRunId,
    workflow_id: ids.workflowId,
    status: outcome.status,
    outputs: outcome.outputs,
    error: outcome.error,
    elapsed_time: roundTo(outcome.elapsedSeconds, 6),
    total_tokens: outcome.totalTokens,
    total_steps: outcome.totalSteps,
    created_by: { id: ids.endUserId, user: ids.user },
    created_at: outcome.createdAt,
    finished_at: unixSeconds(),
    exceptions_count: outcome.status === 'failed' ? 1 : 0,
    files: [],
  });
}

export function blockingRun(ids: RunIds, outcome: RunOutcome): object {
  return {
    task_id: ids.taskId,
    workflow_run_id: ids.workflowRunId,
    data: {
      id: ids.workflowRunId,
      workflow_id: ids.workflowId,
      status: outcome.status,
      outputs: outcome.outputs,
      error: outcome.error,
      elapsed_time: roundTo(outcome.elapsedSeconds, 6),
      total_tokens: outcome.totalTokens,
      total_steps: outcome.totalSteps,
      created_at: outcome.createdAt,
      finished_at: unixSeconds(),
    },
  };
}

function runEvent(event: string, ids: RunIds, data: object): string {
  const head = ids.message
    ? `${messageHead(ids.message)},"workflow_run_id":"${ids.workflowRunId}"`
    : `"workflow_run_id":"${ids.workflowRunId}","task_id":"${ids.taskId}"`;
  return `{"event":"${event}",${head},"data":${JSON.stringify(data)}}`;
}

function nodeHead({ id, type }: NodeRun): object {
  return {
    id,
    node_id: nodes[type].id,
    node_type: type,
    title: nodes[type].title,
    index: 1,
    predecessor_node_id: null,
  };
}
