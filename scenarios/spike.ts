import { allClasses } from './lib/all-classes.ts';
import { spikeShape } from './lib/shapes.ts';

/**
 * A sudden crowd: all scenarios of a plan whose shape is a spike; without a plan, TUNE_RATE, a jump to TUNE_PEAK for a
 * tenth of the time, and the rate before for long enough to see replicas go again.
 */
export const { options, chat, workflow, indexing, teardown } = allClasses({
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
