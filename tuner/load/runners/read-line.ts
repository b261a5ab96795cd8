import { z } from 'zod';
import { type LoadLine, loadLineSchema } from '../../contracts/load-buckets.ts';

/** What scenarios/extension/runner says of itself. */
const controlSchema = z.strictObject({
  type: z.literal('runner'),
  state: z.enum(['waiting', 'ready', 'armed', 'started', 'abandoned']),
  at: z.iso.datetime(),
  startAt: z.iso.datetime().optional(),
});
export type ControlLine = z.infer<typeof controlSchema>;

export type RunnerLine =
  | { readonly kind: 'control'; readonly line: ControlLine }
  | { readonly kind: 'load'; readonly line: LoadLine }
  | { readonly kind: 'log'; readonly text: string };

/** A line of a runner's log: samples, a word about itself, or k6's own log. */
export function readRunnerLine(text: string): RunnerLine {
  if (!text.startsWith('{"type":')) return { kind: 'log', text };
  const value = parseJson(text);
  const control = controlSchema.safeParse(value);
  if (control.success) return { kind: 'control', line: control.data };
  const load = loadLineSchema.safeParse(value);
  return load.success ? { kind: 'load', line: load.data } : { kind: 'log', text };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
