import { call } from './call.ts';
import { type IterationId, userOf } from './dify-body.ts';
import { objectOf, parseJson } from './outcomes.ts';
import { randomOf } from './random.ts';
import type { PreparedScenario } from './read-plan.ts';

/** After how many tokens this answer is hung up on; undefined: it is read to its end. */
export function stopAfterTokens(
  prepared: PreparedScenario,
  { iteration, turn }: IterationId,
): number | undefined {
  const { stop, seed, name } = prepared;
  if (stop === undefined || prepared.responseMode !== 'streaming') return undefined;
  return randomOf(seed, name, iteration, turn, 'stop')() < stop.share ? stop.afterTokens : undefined;
}

/**
 * What Dify's own web app does when its user presses Stop: it lets go of the stream and calls the stop route. Without
 * the call the model goes on to its end, and is paid for.
 */
export function callStop(
  prepared: PreparedScenario,
  id: IterationId,
  { path, firstData }: { readonly path: string; readonly firstData: string },
): void {
  const task = objectOf(parseJson(firstData))?.task_id;
  if (prepared.stop?.by !== 'stopCall' || typeof task !== 'string') return;
  call('POST', `${prepared.baseUrl}/${path}/${task}/stop`, {
    key: prepared.key,
    endpoint: 'stop',
    timeoutSeconds: prepared.requestTimeoutSeconds,
    // Dify does not stop a task for another user than who began it, and says nothing of it.
    body: JSON.stringify({ user: userOf(prepared, id) }),
  });
}
