import { objectOf, outcomeOfErrorEvent, outcomeOfErrorText, outcomeOfRun, parseJson } from './outcomes.ts';

/** What is known of one event stream that is read event by event: moments in milliseconds, null until they come. */
export interface StreamRecord {
  firstData: string;
  firstEventAtMs: number | null;
  firstTokenAtMs: number | null;
  lastTokenAtMs: number | null;
  workflowStartedAtMs: number | null;
  tokens: number;
  gapsMs: number[];
  isComplete: boolean;
  isStopped: boolean;
  /** '': no `error` event and no failed run. */
  failure: string;
  /** '': the connection did not break. */
  brokenBy: string;
}

export interface StreamRules {
  readonly terminal: readonly string[];
  readonly stopAfterTokens: number | undefined;
}

export function newStreamRecord(): StreamRecord {
  return {
    firstData: '',
    firstEventAtMs: null,
    firstTokenAtMs: null,
    lastTokenAtMs: null,
    workflowStartedAtMs: null,
    tokens: 0,
    gapsMs: [],
    isComplete: false,
    isStopped: false,
    failure: '',
    brokenBy: '',
  };
}

/**
 * Takes one event in.
 *
 * @param event its name, '' where no `event:` line gave one, and its data, '' for a ping
 * @returns false when the stream is to be hung up
 */
export function readEvent(
  record: StreamRecord,
  event: { readonly name: string; readonly data: string },
  { rules, nowMs }: { readonly rules: StreamRules; readonly nowMs: number },
): boolean {
  if (event.data === '' || event.name === 'ping') return true;
  const said = objectOf(parseJson(event.data));
  const name = event.name || String(said?.event ?? 'message');
  if (record.firstEventAtMs === null) {
    record.firstEventAtMs = nowMs;
    record.firstData = event.data;
  }
  if (isToken(name, said)) addToken(record, nowMs);
  mark(record, name, { data: event.data, nowMs });
  record.isComplete ||= rules.terminal.includes(name);
  if (record.tokens !== rules.stopAfterTokens || !isToken(name, said)) return true;
  record.isStopped = true;
  return false;
}

/** An event with text; an empty text is no token. */
function isToken(name: string, said: Record<string, unknown> | null): boolean {
  const text =
    name === 'text_chunk'
      ? objectOf(said?.data)?.text
      : name === 'message' || name === 'agent_message'
        ? said?.answer
        : '';
  return typeof text === 'string' && text !== '';
}

function addToken(record: StreamRecord, nowMs: number): void {
  record.tokens += 1;
  if (record.lastTokenAtMs === null) record.firstTokenAtMs = nowMs;
  else record.gapsMs.push(nowMs - record.lastTokenAtMs);
  record.lastTokenAtMs = nowMs;
}

function mark(record: StreamRecord, name: string, { data, nowMs }: { data: string; nowMs: number }): void {
  if (name === 'workflow_started') record.workflowStartedAtMs ??= nowMs;
  if (name === 'error') record.failure = outcomeOfErrorEvent(data);
  if (name !== 'workflow_finished' || record.failure !== '') return;
  const outcome = outcomeOfRun(data) ?? 'ok';
  if (outcome !== 'ok') record.failure = outcome;
}

/** How a stream with status 200 ended. An answer that is complete stays so when the connection breaks behind it. */
export function outcomeOfStream(record: StreamRecord, contentType: string): string {
  if (record.failure !== '') return record.failure;
  if (record.isComplete) return 'ok';
  if (record.isStopped) return 'stopped';
  if (record.brokenBy !== '') return outcomeOfErrorText(record.brokenBy);
  return contentType.startsWith('text/event-stream') ? 'incomplete' : 'not_a_stream';
}
