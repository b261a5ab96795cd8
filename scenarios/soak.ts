import { deleteLeftDocuments } from './lib/delete-left-documents.ts';
import { runIteration } from './lib/run-iteration.ts';
import { diurnalShape, rampShape } from './lib/shapes.ts';
import { startScript } from './lib/start-script.ts';

/**
 * Hours of the same: all scenarios of a plan whose shape is long; without a plan, one rate for eight hours after a
 * warm-up, so that whatever rises meanwhile (memory, latency, connections) is drift and not the load's doing; or whole days, of which
 * the same hours can be compared.
 */
const script = startScript({
  classes: ['chat', 'workflow', 'indexing'],
  defaultRate: 1,
  defaultSeconds: 28800,
  shape: ({ rate, seconds, peak, days }) => {
    if (days > 0) {
      const daySeconds = seconds / days;
      return diurnalShape({ troughArrivalsPerSecond: rate, peakArrivalsPerSecond: peak, daySeconds, days });
    }
    const rampSeconds = Math.min(300, seconds / 10);
    return rampShape({
      fromArrivalsPerSecond: 0,
      toArrivalsPerSecond: rate,
      rampSeconds,
      holdSeconds: seconds - rampSeconds,
    });
  },
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
