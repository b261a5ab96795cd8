import { deleteLeftDocuments } from './lib/delete-left-documents.ts';
import { runIteration } from './lib/run-iteration.ts';
import { spikeShape } from './lib/shapes.ts';
import { startScript } from './lib/start-script.ts';

/**
 * A sudden crowd: all scenarios of a plan whose shape is a spike; without a plan, TUNE_RATE, a jump to TUNE_PEAK for a
 * tenth of the time, and the rate before for long enough to see replicas go again.
 */
const script = startScript({
  classes: ['chat', 'workflow', 'indexing'],
  defaultRate: 1,
  defaultSeconds: 600,
  shape: ({ rate, seconds, peak }) =>
    spikeShape({
      baseArrivalsPerSecond: rate,
      peakArrivalsPerSecond: peak,
      beforeSeconds: seconds * 0.3,
      spikeSeconds: seconds * 0.1,
      afterSeconds: seconds * 0.6,
    }),
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
