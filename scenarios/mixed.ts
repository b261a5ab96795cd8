import { allClasses } from './lib/all-classes.ts';
import { constantShape } from './lib/shapes.ts';

/** All scenarios of the plan, side by side; without a plan, the classes whose keys are set, by TUNE_MIX, at one rate. */
export const { options, chat, workflow, indexing, teardown } = allClasses({
  defaultSeconds: 600,
  shape: ({ rate, seconds }) => constantShape(rate, seconds),
});
