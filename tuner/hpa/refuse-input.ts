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
 * Whether a sum of milli-units is neither negative, nor no number, nor beyond 2^53 and so no longer exact.
 *
 * One comparison for all three, and the path of the field is written by {@link inexact} alone: this stands on the
 * hot path.
 */
export function isExact(total: number): boolean {
  return total >= 0 && total <= Number.MAX_SAFE_INTEGER;
}

/** The error for a sum that is not {@link isExact}. */
export function inexact(total: number, path: string): TuneError {
  return badInput(path, `adds up to ${total}, which is not between 0 and 2^53 milli-units`);
}
