import { deleteLeftDocuments } from './lib/delete-left-documents.ts';
import { runIteration } from './lib/run-iteration.ts';
import { constantShape } from './lib/shapes.ts';
import { startScript } from './lib/start-script.ts';

/** The plan's documents alone; without a plan, documents at one rate. Leaves none behind. */
const script = startScript({
  classes: ['indexing'],
  defaultRate: 0.2,
  defaultSeconds: 600,
  shape: ({ rate, seconds }) => constantShape(rate, seconds),
});

export const options = script.options;

export function indexing(): void {
  runIteration(script.scenarios);
}

export function teardown(): void {
  deleteLeftDocuments(script.scenarios);
}
