import { runIteration } from './lib/run-iteration.ts';
import { constantShape } from './lib/shapes.ts';
import { startScript } from './lib/start-script.ts';

/** The plan's workflow runs alone; without a plan, runs at one rate. */
const script = startScript({
  classes: ['workflow'],
  defaultRate: 1,
  defaultSeconds: 600,
  shape: ({ rate, seconds }) => constantShape(rate, seconds),
});

export const options = script.options;

export function workflow(): void {
  runIteration(script.scenarios);
}
