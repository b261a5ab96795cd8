import { check } from 'k6';
import { scenario } from 'k6/execution';
import type { PreparedScenarios } from './read-plan.ts';
import { runConversation } from './run-conversation.ts';
import { runIndexing } from './run-indexing.ts';
import { runWorkflow } from './run-workflow.ts';
import type { RunAnswer } from './send.ts';

const runs = { chat: runConversation, workflow: runWorkflow, indexing: runIndexing };

/** One arrival of the scenario that k6 is in, timed from the moment it was due. */
export function runIteration(scenarios: PreparedScenarios): void {
  const { name, iterationInTest } = scenario; // k6 makes the object anew each time
  const prepared = scenarios[name];
  if (!prepared) throw new Error(`the plan has no scenario "${name}"`);
  runs[prepared.kind](prepared, iterationInTest, checkAnswer);
}

/** An answer that was stopped from this side says nothing of the server. */
function checkAnswer(answer: Pick<RunAnswer, 'outcome'>): void {
  if (answer.outcome !== 'stopped')
    check(answer, { 'answer is complete': ({ outcome }) => outcome === 'ok' });
}
