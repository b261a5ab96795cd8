/**
 * The one error class, its exit codes, and the one form in which an error is printed.
 *
 * Texts stand beside the check that raises them; this file knows none of them.
 */

/** What the process answers with. k6 exits 97 to 110 and is translated before it gets here. */
export const exitCodes = {
  done: 0,
  bug: 1,
  usage: 2,
  unreachable: 3,
  notEnoughEvidence: 4,
  objectiveMissed: 5,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export interface TuneErrorFields {
  /** SCREAMING_SNAKE identifier, stable across versions: `NO_QUEUE_METRIC`. */
  readonly code: string;
  /** What happened, with the name and the value seen. */
  readonly message: string;
  /** The likely cause, and what it stops. */
  readonly why: string;
  /** A command to run or a key to change. */
  readonly next: string;
  readonly exitCode: ExitCode;
  readonly cause?: unknown;
}

/** An error a user can act on. Anything else that is thrown is a bug and exits 1. */
export class TuneError extends Error {
  readonly code: string;
  readonly why: string;
  readonly next: string;
  readonly exitCode: ExitCode;

  constructor(fields: TuneErrorFields) {
    super(fields.message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.name = 'TuneError';
    this.code = fields.code;
    this.why = fields.why;
    this.next = fields.next;
    this.exitCode = fields.exitCode;
  }
}

/** A TuneError whose code and message come first, as they are printed: for a file that raises many. */
export function failure(
  code: string,
  message: string,
  fields: Omit<TuneErrorFields, 'code' | 'message'>,
): TuneError {
  return new TuneError({ code, message, ...fields });
}

/**
 * The three lines a user sees.
 *
 * @example formatError(new TuneError({ code: 'X', message: 'm', why: 'w', next: 'n', exitCode: 2 }))
 * // "error X: m\n  why:  w\n  next: n"
 */
export function formatError(error: TuneError): string {
  const indent = (text: string) => text.replaceAll('\n', '\n        ');
  return `error ${error.code}: ${error.message}\n  why:  ${indent(error.why)}\n  next: ${indent(error.next)}`;
}
