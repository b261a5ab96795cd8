import { exitCodes, TuneError } from '../errors.ts';

/**
 * The error for an input that no controller could have read.
 *
 * @param path of the field, `syncs[3].metrics[0].pods.api-1.value`
 * @param problem what stands there and what may stand there, without the path
 */
export function badInput(path: string, problem?: string): TuneError {
  return new TuneError({
    code: 'BAD_HPA_INPUT',
    message: problem === undefined ? path : `${path}: ${problem}`,
    why: 'a replay from a guessed input would show decisions that no controller made',
    next: 'correct the field, or record the trace again (format: docs/hpa.md)',
    exitCode: exitCodes.usage,
  });
}

/**
 * Refuses a sum of milli-units that is negative, no number, or beyond 2^53 and so no longer exact.
 *
 * One comparison for all three, as this stands on the hot path.
 */
export function requireExact(total: number, path: string): void {
  if (total >= 0 && total <= Number.MAX_SAFE_INTEGER) return;
  throw badInput(path, `adds up to ${total}, which is not between 0 and 2^53 milli-units`);
}
