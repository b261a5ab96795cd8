import { exitCodes, TuneError } from '../../tuner/errors.ts';

/** One way to a tool that did not work. The next way is tried, so this is told, not fatal. */
export function setupFailure(code: string, message: string, why: string, next: string, cause?: unknown) {
  return new TuneError({ code, message, why, next, exitCode: exitCodes.unreachable, cause });
}

/** The innermost reason of a failed request: fetch itself only says "fetch failed". */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause !== undefined) return reasonOf(error.cause);
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error.message || error.name;
}
