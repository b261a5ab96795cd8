/** POST /v1/chat-messages to a plain chat or agent app: everything happens in the API process. */
import { randomUUID } from 'node:crypto';
import { computeAt, HeldConnection } from '../model/place.ts';
import { pause, type Task, until } from '../model/task.ts';
import type { App } from '../wire/apps.ts';
import {
  agentMessageEvents,
  agentThoughtEvent,
  blockingMessage,
  type MessageIds,
  messageEndEvent,
  messageErrorEvent,
  messageEvents,
} from '../wire/chat-events.ts';
import { invokeErrorOf, pluginErrorOf } from '../wire/llm-errors.ts';
import { promptTokensOf, type Usage, usageOf } from '../wire/usage.ts';
import { unixSeconds } from '../wire/workflow-events.ts';
import type { ChatPayload } from './chat-payload.ts';
import type { Conversation } from './conversations.ts';
import type { Dify, Visit } from './dify.ts';
import { startPings } from './ping-timer.ts';
import { type LlmAnswer, readAnswer } from './read-answer.ts';
import { internalError, invalidParam } from './refusals.ts';

/** A chat that has been let in. */
export interface ChatTurn {
  readonly app: App;
  readonly payload: ChatPayload;
  readonly conversation: Conversation;
}

/** Of what is paid after the last token, the part that is paid before the client hears of the end. */
const endBeforeReply = 0.5;

export function* answerChat(dify: Dify, visit: Visit, turn: ChatTurn): Task {
  const { place, exchange } = visit;
  const { world, scheduler } = dify;
  const connection = new HeldConnection(place);
  const startedAtMs = scheduler.now();
  const ids: MessageIds = {
    conversationId: turn.conversation.id,
    messageId: randomUUID(),
    taskId: randomUUID(),
    createdAt: unixSeconds(),
  };
  const isStream = turn.payload.response_mode === 'streaming';
  const pings = startPings(scheduler, () => isStream && (exchange.ping() || visit.leave()));
  try {
    if (yield* connection.take()) {
      exchange.json(internalError);
      return;
    }
    yield* connection.query(world.postgres.waitMsPerRequest / 2);
    yield* until(computeAt(place, world.cpuMs.chat.beforeLlm));
    if (!world.postgres.heldWhileStreaming) connection.giveBack();

    const answer = yield* talk(dify, visit, turn, ids);
    pings.cancel();
    const isSaved = (yield* connection.take()) === null;
    if (isSaved) yield* connection.query(world.postgres.waitMsPerRequest / 2);
    yield* until(computeAt(place, world.cpuMs.chat.atEnd * endBeforeReply));

    const latencySeconds = (scheduler.now() - startedAtMs) / 1000;
    const promptTokens = promptTokensOf(turn.payload.query) + turn.conversation.tokens;
    turn.conversation.tokens += promptTokens + answer.tokens;
    const usage = usageOf(promptTokens, answer.tokens, { latencySeconds, firstTokenSeconds: null });
    conclude(visit, turn, { ids, answer, usage, isSaved, isStream });
    visit.leave();
    yield* until(computeAt(place, world.cpuMs.chat.atEnd * (1 - endBeforeReply)));
  } finally {
    pings.cancel();
    connection.giveBack();
    visit.leave();
  }
}

/** The model's part: tokens to the client as they come, the first one late where the conversation gets a name. */
function* talk(dify: Dify, visit: Visit, turn: ChatTurn, ids: MessageIds): Task<LlmAnswer> {
  const { world, scheduler } = dify;
  const { place, exchange } = visit;
  const call = dify.llm.call(turn.payload.query);
  if (turn.conversation.messages++ === 0 && turn.payload.auto_generate_name) {
    dify.llm.call('Name this conversation. [[n=6]]');
    place.cpu.run(place.process, world.cpuMs.autoName, () => {});
    yield* until(pause(scheduler, world.dify.autoNameWaitSeconds * 1000));
  }
  const isStream = turn.payload.response_mode === 'streaming';
  const send = (event: string) => {
    if (isStream && !exchange.event(event)) visit.leave();
  };
  const isAgent = turn.app.mode === 'agent-chat';
  const eventOf = isAgent ? agentMessageEvents(ids) : messageEvents(ids, null);
  const thoughtId = isAgent ? randomUUID() : null;
  let isThinking = thoughtId !== null;
  const say = (text: string) => {
    // An agent announces its thought with the first piece of it.
    if (isThinking && thoughtId !== null) send(agentThoughtEvent(ids, thoughtId, ''));
    isThinking = false;
    send(eventOf(text));
  };
  const { user } = turn.payload;
  const forget = dify.stopSignals.listen(ids.taskId, user, () => call.pushFirst({ kind: 'stopped' }));
  try {
    const answer = yield* readAnswer(place, call, { cpuMsPerToken: world.cpuMs.chat.perToken, onToken: say });
    if (answer.ending.kind === 'end') {
      say('');
      if (thoughtId !== null) send(agentThoughtEvent(ids, thoughtId, answer.text));
    }
    return answer;
  } finally {
    forget();
  }
}

interface ChatEnd {
  readonly ids: MessageIds;
  readonly answer: LlmAnswer;
  readonly usage: Usage;
  readonly isSaved: boolean;
  readonly isStream: boolean;
}

function conclude(
  { exchange }: Visit,
  { app }: ChatTurn,
  { ids, answer, usage, isSaved, isStream }: ChatEnd,
): void {
  const { ending } = answer;
  const failure = ending.kind === 'refused' || ending.kind === 'cut' ? pluginErrorOf(ending) : null;
  if (!isStream) {
    if (!isSaved) exchange.json(internalError);
    else if (failure !== null) exchange.json(invalidParam(invokeErrorOf(failure)));
    else {
      const body = blockingMessage(ids, { mode: app.mode, answer: answer.text, usage });
      exchange.json({ status: 200, body, withCharset: true });
    }
    return;
  }
  if (failure !== null) {
    exchange.event(messageErrorEvent(ids, { code: 'invalid_param', status: 400, message: failure }));
  } else if (!isSaved) {
    const message = 'Internal Server Error, please contact support.';
    exchange.event(messageErrorEvent(ids, { code: 'internal_server_error', status: 500, message }));
  } else {
    exchange.event(messageEndEvent(ids, usage, null));
  }
  exchange.end();
}
