import { type ExitCode, exitCodes, TuneError } from '../errors.ts';

export interface K6Exit {
  /** null: ended by a signal, or never started. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** ENOENT, EACCES, … when it could not be started. */
  readonly startError: string | null;
  readonly k6Path: string;
  /** Last lines of its log, keys masked. */
  readonly lastLines: readonly string[];
  readonly logPath: string;
}

interface Explanation {
  readonly code: string;
  readonly message: string;
  readonly why: string;
  readonly next: string;
  readonly exitCode: ExitCode;
}

/** Thresholds are judged by tune itself, from the recording. */
const thresholdsCrossed = 99;

/**
 * What k6's way of ending means for the user; null when the load ran to its end.
 *
 * @see k6 v2 errext/exitcodes/codes.go
 */
export function explainK6Exit(exit: K6Exit): TuneError | null {
  if (exit.exitCode === 0 || exit.exitCode === thresholdsCrossed) return null;
  return new TuneError(explanationOf(exit));
}

function explanationOf(exit: K6Exit): Explanation {
  const { lastLines, logPath } = exit;
  const why = lastLines.join('\n') || `it wrote nothing to ${logPath}`;
  const readLog = `read ${logPath}`;
  if (exit.startError !== null) return notStarted(exit, exit.startError);
  if (exit.exitCode === null) return killed(exit);
  const { bug, usage, unreachable, notEnoughEvidence } = exitCodes;
  const failed = (code: string, message: string, next: string, exitCode: ExitCode): Explanation => ({
    code,
    message,
    why,
    next,
    exitCode,
  });
  switch (exit.exitCode) {
    case 97:
    case 98:
      return failed(
        'K6_CLOUD',
        'k6 lost its connection to the k6 cloud',
        'leave out the `cloud` output',
        unreachable,
      );
    case 100:
    case 101:
    case 102:
      return failed(
        'K6_TIMEOUT',
        'a step of k6 before or after the load took too long',
        readLog,
        notEnoughEvidence,
      );
    case 104:
      return failed(
        'K6_CONFIG',
        'k6 refused its configuration',
        `check what --k6-out adds, then ${readLog}`,
        usage,
      );
    case 105:
      return failed(
        'K6_STOPPED',
        'k6 was told to stop by somebody else',
        'run again, and leave the k6 process alone',
        notEnoughEvidence,
      );
    case 106:
      return failed(
        'K6_PORT',
        'k6 could not open a port of its own',
        'free the port that the log names, or leave out the output that needs it',
        usage,
      );
    case 107:
      return failed(
        'K6_SCRIPT',
        'the traffic scenario failed to start',
        `${readLog}; a scenario that ships with tune should never do this`,
        bug,
      );
    case 108:
    case 110:
      return failed(
        'K6_ABORTED',
        'the traffic scenario gave up',
        `${readLog}, correct what it names, and run again`,
        notEnoughEvidence,
      );
    case 109:
      return failed('K6_PANIC', 'k6 crashed', `${readLog} and report it with that log`, bug);
    default:
      return failed(
        'K6_FAILED',
        `k6 ended with code ${exit.exitCode}`,
        `check what --k6-out adds, then ${readLog}`,
        notEnoughEvidence,
      );
  }
}

function notStarted({ k6Path }: K6Exit, reason: string): Explanation {
  return {
    code: 'K6_MISSING',
    message: `cannot start ${k6Path} (${reason})`,
    why:
      reason === 'ENOENT'
        ? 'there is no such file'
        : 'the file is there and is no program that runs on this machine',
    next: 'run ./scripts/setup',
    exitCode: exitCodes.usage,
  };
}

function killed({ signal, lastLines, logPath }: K6Exit): Explanation {
  const isMemory = signal === 'SIGKILL';
  return {
    code: 'K6_KILLED',
    message: `k6 was ended by ${signal ?? 'a signal'} in the middle of the load`,
    why: isMemory
      ? 'somebody, or the kernel for want of memory, killed it; what was recorded until then is kept'
      : lastLines.join('\n') || 'what was recorded until then is kept',
    next: isMemory
      ? 'look for "Out of memory" in `dmesg`; lower the rate or use a larger machine'
      : `read ${logPath}`,
    exitCode: exitCodes.notEnoughEvidence,
  };
}
