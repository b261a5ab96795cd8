import type { LlmEvent } from '../model/llm.ts';
import { computeAt, type Place } from '../model/place.ts';
import { type Channel, type Task, until } from '../model/task.ts';

export interface LlmAnswer {
  readonly text: string;
  readonly tokens: number;
  /** How the call ended. */
  readonly ending: Exclude<LlmEvent, { kind: 'token' }>;
  /** Milliseconds from the start of reading to the first token; null without any. */
  readonly firstTokenMs: number | null;
  readonly totalMs: number;
}

/** Reads a call to its end, paying for every token, and hands each on as it comes. */
export function* readAnswer(
  place: Place,
  call: Channel<LlmEvent>,
  options: { cpuMsPerToken: number; onToken: (text: string) => void },
): Task<LlmAnswer> {
  const startedAtMs = place.scheduler.now();
  const elapsedMs = () => place.scheduler.now() - startedAtMs;
  let text = '';
  let tokens = 0;
  let firstTokenMs: number | null = null;
  for (;;) {
    const event = yield* until(call.next());
    if (event.kind !== 'token') return { text, tokens, ending: event, firstTokenMs, totalMs: elapsedMs() };
    yield* until(computeAt(place, options.cpuMsPerToken));
    text += event.text;
    tokens += 1;
    firstTokenMs ??= elapsedMs();
    options.onToken(event.text);
  }
}
