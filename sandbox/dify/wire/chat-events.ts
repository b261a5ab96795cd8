/** Events and replies of a plain chat, key for key as Dify writes them. */
import type { AppMode } from './apps.ts';
import type { Usage } from './usage.ts';

/** What all events of one message share. */
export interface MessageIds {
  readonly conversationId: string;
  readonly messageId: string;
  readonly taskId: string;
  /** Unix seconds. */
  readonly createdAt: number;
}

/** An error as Dify puts it into a stream or a reply. */
export interface DifyError {
  readonly code: string;
  readonly status: number;
  readonly message: string;
}

/**
 * The events of a token, with everything that does not change made once per stream: this is the hot path.
 *
 * @param selector from_variable_selector: null in a chat, node and variable in a chatflow
 */
export function messageEvents(
  ids: MessageIds,
  selector: readonly string[] | null,
): (answer: string) => string {
  const head = `{"event":"message",${messageHead(ids)},"id":"${ids.messageId}","answer":`;
  const tail = `,"from_variable_selector":${JSON.stringify(selector)}}`;
  return (answer) => head + JSON.stringify(answer) + tail;
}

/** An agent's tokens: those of a chat by another name. */
export function agentMessageEvents(ids: MessageIds): (answer: string) => string {
  const head = `{"event":"agent_message",${messageHead(ids)},"id":"${ids.messageId}","answer":`;
  return (answer) => `${head}${JSON.stringify(answer)}}`;
}

/** What an agent without tools says of its thinking: nothing when it begins, its answer when it has it. */
export function agentThoughtEvent(ids: MessageIds, thoughtId: string, thought: string): string {
  return JSON.stringify({
    event: 'agent_thought',
    conversation_id: ids.conversationId,
    message_id: ids.messageId,
    created_at: ids.createdAt,
    task_id: ids.taskId,
    id: thoughtId,
    position: 1,
    thought,
    observation: '',
    tool: '',
    tool_labels: {},
    tool_input: '',
    message_files: [],
  });
}

/** @param files null in a chat, a list in a chatflow */
export function messageEndEvent(ids: MessageIds, usage: Usage, files: readonly [] | null): string {
  const metadata = { annotation_reply: null, retriever_resources: [], usage };
  return `{"event":"message_end",${messageHead(ids)},"id":"${ids.messageId}","metadata":${JSON.stringify(metadata)},"files":${JSON.stringify(files)}}`;
}

export function messageErrorEvent(ids: MessageIds, error: DifyError): string {
  return JSON.stringify({
    event: 'error',
    conversation_id: ids.conversationId,
    message_id: ids.messageId,
    created_at: ids.createdAt,
    code: error.code,
    status: error.status,
    message: error.message,
  });
}

export function blockingMessage(
  ids: MessageIds,
  reply: { mode: AppMode; answer: string; usage: Usage },
): object {
  return {
    event: 'message',
    task_id: ids.taskId,
    id: ids.messageId,
    message_id: ids.messageId,
    conversation_id: ids.conversationId,
    mode: reply.mode,
    answer: reply.answer,
    metadata: { annotation_reply: null, retriever_resources: [], usage: reply.usage },
    created_at: ids.createdAt,
  };
}

/** The keys an event of a message begins with, without braces. */
export function messageHead(ids: MessageIds): string {
  return `"conversation_id":"${ids.conversationId}","message_id":"${ids.messageId}","created_at":${ids.createdAt},"task_id":"${ids.taskId}"`;
}
