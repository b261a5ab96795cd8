import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { exitCodes, formatError, TuneError } from '../../tuner/errors.ts';
import { createContext } from './create-context.ts';
import { findProcessesWith } from './leftover-processes.ts';
import { createProgress, formatElapsed } from './progress.ts';
import type { TestCount } from './test-count.ts';
import { type Step, type StepContext, stepsFor } from './test-steps.ts';

/** How long processes may take to end after the tests that started them. */
const graceMs = 5000;

/**
 * Runs all steps, whatever fails on the way, and ends with one line: `N passed, N failed`.
 *
 * @returns exit code: 0 when something passed and nothing failed
 */
async function runTests(args: readonly string[]): Promise<number> {
  const { unit, long } = readOptions(args);
  const interrupt = new AbortController();
  // Not once(): execa's own listener ends the process when it finds itself alone.
  process.on('SIGINT', () => interrupt.abort()).on('SIGTERM', () => interrupt.abort());
  const marker = `TUNE_TEST_RUN=${randomUUID()}`;
  const context = createStepContext(marker, interrupt.signal);
  const results: (TestCount & { line: string })[] = [];
  for (const step of stepsFor({ unitOnly: unit, long })) {
    if (interrupt.signal.aborted) break;
    results.push(await runStep(step, context));
  }
  results.push(await checkNothingLeft(marker));
  return close(results, interrupt.signal.aborted);
}

function createStepContext(marker: string, signal: AbortSignal): StepContext {
  const [name = '', value = ''] = marker.split('=');
  const env = { ...process.env, [name]: value };
  const setup = createContext(
    { env, signal, sources: ['path', 'download', 'build'] },
    createProgress(process.stderr),
  );
  return { env, signal, go: setup.go };
}

async function runStep(step: Step, context: StepContext): Promise<TestCount & { line: string }> {
  process.stdout.write(`\n── ${step.name}\n`);
  const startedAt = Date.now();
  // A runner that breaks is a failed test, not the end of the run.
  const count = await step.run(context).catch((error: unknown): TestCount => {
    process.stderr.write(`${error instanceof TuneError ? formatError(error) : (error as Error).stack}\n`);
    return { passed: 0, failures: [`${step.name}: the runner itself broke`] };
  });
  return { ...count, line: summary(step.name, count, formatElapsed(Date.now() - startedAt)) };
}

/** Whatever a test started has to end with it: what still runs counts as a failure, and is ended. */
async function checkNothingLeft(marker: string): Promise<TestCount & { line: string }> {
  const name = 'no process left behind';
  const deadline = Date.now() + graceMs;
  let left = findProcessesWith(marker);
  while (left !== null && left.length > 0 && Date.now() < deadline) {
    await sleep(100);
    left = findProcessesWith(marker);
  }
  if (left === null) return { passed: 0, failures: [], line: `${name}: not checked, there is no /proc here` };
  const failures = left.map(({ pid, command }) => `left running: ${pid} ${command}`);
  for (const { pid } of left) process.kill(pid, 'SIGKILL');
  const count = failures.length > 0 ? { passed: 0, failures } : { passed: 1, failures };
  return { ...count, line: summary(name, count, formatElapsed(Date.now() - deadline + graceMs)) };
}

function close(results: readonly (TestCount & { line: string })[], isInterrupted: boolean): number {
  const failures = results.flatMap((result) => result.failures);
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const lines = ['', ...results.map(({ line }) => line), ...failures.map((failure) => `FAILED ${failure}`)];
  if (isInterrupted) lines.push('interrupted: the rest did not run');
  lines.push(`${passed} passed, ${failures.length} failed`);
  process.stdout.write(`${lines.join('\n')}\n`);
  if (isInterrupted) return exitCodes.interrupted;
  return failures.length > 0 || passed === 0 ? exitCodes.bug : exitCodes.done;
}

function summary(name: string, { passed, failures }: TestCount, elapsed: string): string {
  return `${name}: ${passed} of ${passed + failures.length} in ${elapsed}`;
}

function readOptions(args: readonly string[]): { unit: boolean; long: boolean } {
  const options = {
    unit: { type: 'boolean', default: false },
    long: { type: 'boolean', default: false },
  } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new TuneError({
      code: 'BAD_OPTION',
      message: (error as Error).message,
      why: 'scripts/test takes --unit (all but end-to-end) and --long (the long ones as well)',
      next: 'run `scripts/test`, or one of these',
      exitCode: exitCodes.usage,
    });
  }
}

if (import.meta.main) {
  process.exitCode = await runTests(process.argv.slice(2)).catch((error: unknown) => {
    if (!(error instanceof TuneError)) throw error;
    process.stderr.write(`${formatError(error)}\n`);
    return error.exitCode;
  });
}
