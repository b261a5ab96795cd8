import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { exitCodes, formatError, TuneError } from '../../tuner/errors.ts';
import { createContext } from './create-context.ts';
import { createProgress } from './progress.ts';
import { runSteps } from './run-steps.ts';
import { stepsFor } from './test-steps.ts';

/** Every process of the run carries it in its environment, so that one left behind is found. */
const markerName = 'TUNE_TEST_RUN';

async function runTests(args: readonly string[]): Promise<number> {
  const { unit, long } = readOptions(args);
  const interrupt = new AbortController();
  // Not once(): execa's own listener ends the process when it finds itself alone.
  process.on('SIGINT', () => interrupt.abort()).on('SIGTERM', () => interrupt.abort());
  const { signal } = interrupt;
  const marker = randomUUID();
  const env = { ...process.env, [markerName]: marker };
  const { go } = createContext(
    { env, signal, sources: ['path', 'download', 'build'] },
    createProgress(process.stderr),
  );
  return runSteps(stepsFor({ unitOnly: unit, long }), {
    context: { env, signal, go },
    marker: `${markerName}=${marker}`,
    print: (text) => process.stdout.write(text),
  });
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

process.exitCode = await runTests(process.argv.slice(2)).catch((error: unknown) => {
  if (!(error instanceof TuneError)) throw error;
  process.stderr.write(`${formatError(error)}\n`);
  return error.exitCode;
});
