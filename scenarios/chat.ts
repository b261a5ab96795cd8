import { runIteration } from './lib/run-iteration.ts';
import { constantShape } from './lib/shapes.ts';
import { startScript } from './lib/start-script.ts';

/** The plan's chat traffic alone; without a plan, conversations at one rate. */
const script = startScript({
  classes: ['chat'],
  defaultRate: 1,
  defaultSeconds: 600,
  shape: ({ rate, seconds }) => constantShape(rate, seconds),
});

export const options = script.options;

export function chat(): void {
  runIteration(script.scenarios);
}
