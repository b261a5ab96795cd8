import { sleep } from 'k6';
import { chatBody } from './dify-body.ts';
import { objectOf, parseJson } from './outcomes.ts';
import { randomOf } from './random.ts';
import type { PreparedScenario } from './read-plan.ts';
import { type RunAnswer, send } from './send.ts';
import { callStop, stopAfterTokens } from './stop.ts';

/** A chatflow sends workflow_finished before; an agent, whose text comes as agent_message, ends as a chat does. */
const terminal = ['message_end'];

/**
 * One conversation: message after message with time to think in between, under one conversation_id. The first message
 * is timed from the moment the arrival was due, later ones from their own start.
 */
export function runConversation(
  prepared: PreparedScenario,
  iteration: number,
  check: (answer: RunAnswer) => void,
): void {
  const { turns = 1 } = prepared;
  let conversationId = '';
  for (let turn = 0; turn < turns; turn++) {
    if (turn > 0) sleep(thinkSeconds(prepared, { iteration, turn }));
    const id = { iteration, turn };
    const answer = send({
      prepared,
      // Later messages are no arrivals, and carry the history: they are told apart.
      endpoint: turn === 0 ? 'chat-messages' : 'chat-messages-next',
      path: 'chat-messages',
      body: chatBody(prepared, id, conversationId),
      expect: prepared.responseMode === 'streaming' ? 'stream' : 'json',
      terminal,
      isFirst: turn === 0,
      stopAfterTokens: stopAfterTokens(prepared, id),
    });
    check(answer);
    if (answer.isStopped) callStop(prepared, id, { path: 'chat-messages', firstData: answer.firstData });
    // Whom Dify has failed does not go on; who has stopped an answer does.
    if (turn === turns - 1 || (answer.outcome !== 'ok' && !answer.isStopped)) return;
    conversationId = conversationIdIn(answer.firstData) || conversationId;
  }
}

function conversationIdIn(data: string): string {
  const id = objectOf(parseJson(data))?.conversation_id;
  return typeof id === 'string' ? id : '';
}

/** Uniform from half to one and a half of the mean. */
function thinkSeconds(
  { thinkSeconds: mean = 0, seed, name }: PreparedScenario,
  { iteration, turn }: { iteration: number; turn: number },
): number {
  return mean * (0.5 + randomOf(seed, name, iteration, turn, 'think')());
}
