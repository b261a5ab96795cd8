/** What the supervisor tells the process that started it: one JSON object a line, on file descriptor 3. */
import { z } from 'zod';
import { exitCodes } from '../../tuner/errors.ts';

const exitCodeSchema = z.union(Object.values(exitCodes).map((code) => z.literal(code)));

export const supervisorReportSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('step'), step: z.string() }),
  z.object({ kind: z.literal('up') }),
  z.object({
    kind: z.literal('failed'),
    code: z.string(),
    message: z.string(),
    why: z.string(),
    next: z.string(),
    exitCode: exitCodeSchema,
  }),
  /** Not a user's mistake: a bug of ours. */
  z.object({ kind: z.literal('crashed'), stack: z.string() }),
]);
export type SupervisorReport = z.infer<typeof supervisorReportSchema>;

/** Written to the supervisor's stdin once the starter may go: from then on the sandbox lives by itself. */
export const keepRunning = 'keep-running\n';
