import { deleteLeftDocuments } from './lib/delete-left-documents.ts';
import { runIteration } from './lib/run-iteration.ts';
import { constantShape } from './lib/shapes.ts';
import { startScript } from './lib/start-script.ts';

/** All scenarios of the plan, side by side; without a plan, the classes whose keys are set, by TUNE_MIX, at one rate. */
const script = startScript({
  classes: ['chat', 'workflow', 'indexing'],
  defaultRate: 1,
  defaultSeconds: 600,
  shape: ({ rate, seconds }) => constantShape(rate, seconds),
});

export const options = script.options;

export function chat(): void {
  runIteration(script.scenarios);
}

export function workflow(): void {
  runIteration(script.scenarios);
}

export function indexing(): void {
  runIteration(script.scenarios);
}

export function teardown(): void {
  deleteLeftDocuments(script.scenarios);
}
