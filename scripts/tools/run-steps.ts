import { setTimeout as sleep } from 'node:timers/promises';
import { exitCodes, formatError, TuneError } from '../../tuner/errors.ts';
import { findProcessesWith } from './leftover-processes.ts';
import { formatElapsed } from './progress.ts';
import type { TestCount } from './test-count.ts';
import type { Step, StepContext } from './test-steps.ts';

interface Result extends TestCount {
  /** One line of the summary. */
  readonly line: string;
}

export interface RunOptions {
  readonly context: StepContext;
  /** `NAME=value` in the environment of every process the steps start. */
  readonly marker: string;
  readonly print: (text: string) => void;
  /** How long processes may take to end after the tests that started them. */
  readonly graceMs?: number;
}

/**
 * Runs all steps, whatever fails on the way, and ends with one line: `N passed, N failed`.
 *
 * @returns exit code: 0 when something passed and nothing failed, 130 when interrupted, else 1
 */
export async function runSteps(steps: readonly Step[], options: RunOptions): Promise<number> {
  const { context, print } = options;
  const results: Result[] = [];
  for (const step of steps) {
    if (!context.signal.aborted) results.push(await runStep(step, options));
  }
  results.push(await checkNothingLeft(options));
  const failures = results.flatMap((result) => result.failures);
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  print(['', ...results.map(({ line }) => line), ...failures.map((name) => `FAILED ${name}`), ''].join('\n'));
  if (context.signal.aborted) print('interrupted: the rest did not run\n');
  print(`${passed} passed, ${failures.length} failed\n`);
  if (context.signal.aborted) return exitCodes.interrupted;
  return failures.length > 0 || passed === 0 ? exitCodes.bug : exitCodes.done;
}

async function runStep(step: Step, { context, print }: RunOptions): Promise<Result> {
  print(`\n── ${step.name}\n`);
  const startedAt = Date.now();
  // A runner that breaks is a failed test, not the end of the run.
  const count = await step.run(context).catch((error: unknown): TestCount => {
    print(`${error instanceof TuneError ? formatError(error) : (error as Error).stack}\n`);
    return { passed: 0, failures: [`${step.name}: the runner itself broke`] };
  });
  return { ...count, line: summary(step.name, count, Date.now() - startedAt) };
}

/** Whatever a test started has to end with it: what still runs counts as a failure, and is ended. */
async function checkNothingLeft({ marker, graceMs = 5000 }: RunOptions): Promise<Result> {
  const name = 'no process left behind';
  const startedAt = Date.now();
  let left = findProcessesWith(marker);
  while (left !== null && left.length > 0 && Date.now() < startedAt + graceMs) {
    await sleep(100);
    left = findProcessesWith(marker);
  }
  if (left === null) return { passed: 0, failures: [], line: `${name}: not checked, there is no /proc here` };
  for (const { pid } of left) endNow(pid);
  const failures = left.map(({ pid, command }) => `left running: ${pid} ${command}`);
  // Not counted when it holds: a run in which nothing was tested must not pass by it.
  return {
    passed: 0,
    failures,
    line: `${name}: ${failures.length === 0 ? 'right' : `${failures.length} were`}`,
  };
}

function endNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself meanwhile.
  }
}

function summary(name: string, { passed, failures }: TestCount, elapsedMs: number): string {
  return `${name}: ${passed} of ${passed + failures.length} in ${formatElapsed(elapsedMs)}`;
}
