import { describe, expect, it } from 'vitest';
import { newStreamRecord, outcomeOfStream, readEvent, type StreamRules } from './stream-reader.ts';

type Sent = readonly [atMs: number, data: object | 'ping'];

function read(sent: readonly Sent[], rules: Partial<StreamRules> = {}) {
  const record = newStreamRecord();
  for (const [nowMs, data] of sent) {
    const event = data === 'ping' ? { name: 'ping', data: '' } : { name: '', data: JSON.stringify(data) };
    const goesOn = readEvent(record, event, {
      rules: { terminal: ['message_end', 'workflow_finished'], stopAfterTokens: undefined, ...rules },
      nowMs,
    });
    if (!goesOn) break;
  }
  return { record, outcome: outcomeOfStream(record, 'text/event-stream; charset=utf-8') };
}
const token = (answer: string) => ({ event: 'message', answer });

describe('reading a stream event by event', () => {
  it('times tokens and the gaps between them, and takes neither pings nor empty texts for any', () => {
    const { record, outcome } = read([
      [10, 'ping'],
      [30, token('a')],
      [50, token('b')],
      [55, token('')],
      [90, { event: 'agent_message', answer: 'c' }],
      [99, { event: 'message_end' }],
    ]);
    expect(record).toMatchObject({ firstEventAtMs: 30, firstTokenAtMs: 30, tokens: 3, gapsMs: [20, 40] });
    expect(outcome).toBe('ok');
  });

  it('knows when a workflow left its queue, and how it ended', () => {
    const started = { event: 'workflow_started', data: {} };
    const chunk = { event: 'text_chunk', data: { text: 'x' } };
    const finished = (status: string) => ({ event: 'workflow_finished', data: { status } });
    const { record, outcome } = read([
      [5, started],
      [9, chunk],
      [12, finished('succeeded')],
    ]);
    expect(record).toMatchObject({ workflowStartedAtMs: 5, tokens: 1 });
    expect(outcome).toBe('ok');
    expect(
      read([
        [5, started],
        [12, finished('failed')],
      ]).outcome,
    ).toBe('workflow_failed');
  });

  it('takes the thoughts of an agent for no tokens', () => {
    const { record } = read([
      [1, { event: 'agent_thought', thought: 'hm' }],
      [2, token('a')],
    ]);
    expect(record).toMatchObject({ firstEventAtMs: 1, firstTokenAtMs: 2, tokens: 1 });
  });

  it('does not count a stream as served that ends without the event that ends an answer', () => {
    expect(read([[1, token('a')]]).outcome).toBe('incomplete');
  });

  it('classes an error event by its code, whatever comes behind it', () => {
    const error = { event: 'error', code: 'provider_quota_exceeded' };
    expect(
      read([
        [1, token('a')],
        [2, error],
        [3, { event: 'message_end' }],
      ]).outcome,
    ).toBe('stream_error:provider_quota_exceeded');
  });

  it('hangs up at the token it was told to', () => {
    const sent: Sent[] = [1, 2, 3, 4].map((at) => [at, token('x')]);
    const { record, outcome } = read(sent, { stopAfterTokens: 2 });
    expect(record).toMatchObject({ tokens: 2, isStopped: true });
    expect(outcome).toBe('stopped');
  });

  it('tells a broken connection and an answer of another type from a stream that ended', () => {
    const record = newStreamRecord();
    expect(outcomeOfStream(record, 'application/json')).toBe('not_a_stream');
    record.brokenBy = 'unexpected EOF';
    expect(outcomeOfStream(record, 'text/event-stream')).toBe('cut');
  });
});
