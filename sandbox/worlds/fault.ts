/** What goes wrong in a world, and when. Times are seconds since the first request for a chat or a run. */
import { z } from 'zod';

const when = {
  atSeconds: z.number().min(0).describe('start, seconds since the first request for a chat or a run'),
  forSeconds: z.number().positive().describe('length in seconds'),
};

export const faultSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('llm-slow'),
    ...when,
    factor: z.number().positive().describe('times the seconds to the first token and between tokens'),
  }),
  z.strictObject({
    kind: z.literal('llm-errors'),
    ...when,
    ratio: z.number().min(0).max(1).describe('share of the calls that fail'),
    status: z.number().int().min(400).max(599).describe('HTTP status the model answers with'),
  }),
  z.strictObject({
    kind: z.literal('cpu-slow'),
    ...when,
    component: z.enum(['api', 'worker', 'plugin-daemon']),
    factor: z.number().positive().describe('times the CPU each piece of work needs: a noisy neighbour'),
  }),
  z.strictObject({
    kind: z.literal('postgres-taken'),
    ...when,
    connections: z.number().int().positive().describe('connections another client holds meanwhile'),
  }),
  z.strictObject({ kind: z.literal('queue-metric-gone'), ...when }),
]);

export type Fault = z.infer<typeof faultSchema>;
