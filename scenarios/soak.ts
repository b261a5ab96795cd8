import { allClasses } from './lib/all-classes.ts';
import { diurnalShape, rampShape } from './lib/shapes.ts';

/**
 * Hours of the same: all scenarios of a plan whose shape is long; without a plan, one rate for eight hours after a
 * warm-up, so that whatever rises meanwhile (memory, latency, connections) is drift and not the load's doing; or whole days, of which
 * the same hours can be compared.
 */
export const { options, chat, workflow, indexing, teardown } = allClasses({
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
