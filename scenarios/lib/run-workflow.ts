import { workflowBody } from './dify-body.ts';
import type { PreparedScenario } from './read-plan.ts';
import { type RunAnswer, send } from './send.ts';
import { callStop, stopAfterTokens } from './stop.ts';

/** One run of a workflow app. */
export function runWorkflow(
  prepared: PreparedScenario,
  iteration: number,
  check: (answer: RunAnswer) => void,
): void {
  const id = { iteration, turn: 0 };
  const answer = send({
    prepared,
    endpoint: 'workflows-run',
    path: 'workflows/run',
    body: workflowBody(prepared, id),
    expect: prepared.responseMode === 'streaming' ? 'stream' : 'json',
    terminal: ['workflow_finished'],
    isFirst: true,
    stopAfterTokens: stopAfterTokens(prepared, id),
  });
  check(answer);
  if (answer.isStopped) callStop(prepared, id, { path: 'workflows/tasks', firstData: answer.firstData });
}
