import { deleteLeftDocuments } from './delete-left-documents.ts';
import type { StandAlone } from './plan-from-environment.ts';
import { runIteration } from './run-iteration.ts';
import { startScript } from './start-script.ts';

/** What a script that runs every class exports to k6; the plan's scenarios name these functions. */
export function allClasses(standAlone: Pick<StandAlone, 'defaultSeconds' | 'shape'>) {
  const { options, scenarios } = startScript({
    classes: ['chat', 'workflow', 'indexing'],
    defaultRate: 1,
    ...standAlone,
  });
  const iteration = () => runIteration(scenarios);
  return {
    options,
    chat: iteration,
    workflow: iteration,
    indexing: iteration,
    teardown: () => deleteLeftDocuments(scenarios),
  };
}
