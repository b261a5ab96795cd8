import { exitCodes, formatError, TuneError } from '../../tuner/errors.ts';
import { cacheRoot } from './cache-root.ts';
import { missingTools } from './missing-tools.ts';
import type { Output } from './progress.ts';
import type { AllowedSource } from './setup-context.ts';

const allSources: readonly AllowedSource[] = ['path', 'download', 'build'];

export interface SetUpOptions {
  /** Not a word when everything is in place. */
  readonly quiet: boolean;
  /** stderr unless told otherwise. */
  readonly output?: Output;
}

/**
 * Sets up what is missing.
 *
 * @returns exit code; progress and errors went to the output
 */
export async function setUp(
  { quiet, output = process.stderr }: SetUpOptions,
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  const interrupt = new AbortController();
  const stop = () => interrupt.abort();
  // Not once(): execa's own listener ends the process when it finds itself alone.
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    const sources = readSources(env);
    checkRedisChoice(env);
    const missing = missingTools({ env, sources });
    if (missing.length > 0) {
      // Loaded only now: a set-up that finds everything in place should cost nothing.
      const { provideMissing } = await import('./provide-missing.ts');
      return await provideMissing(missing, { env, sources, signal: interrupt.signal }, output);
    }
    if (!quiet) output.write(`setup: everything is in place (${cacheRoot(env)})\n`);
    return exitCodes.done;
  } catch (error) {
    if (interrupt.signal.aborted) {
      output.write('setup: interrupted; what was finished is kept\n');
      return exitCodes.interrupted;
    }
    if (!(error instanceof TuneError)) throw error;
    output.write(`${formatError(error)}\n`);
    return error.exitCode;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

/** @throws TuneError BAD_TUNE_SOURCES */
function readSources({ TUNE_SOURCES }: NodeJS.ProcessEnv): readonly AllowedSource[] {
  if (!TUNE_SOURCES) return allSources;
  const named = TUNE_SOURCES.split(',').map((name) => name.trim());
  const unknown = named.filter((name) => !allSources.some((source) => source === name));
  if (unknown.length > 0) throw badVariable('TUNE_SOURCES', unknown.join(', '), allSources);
  return allSources.filter((source) => named.includes(source));
}

/** @throws TuneError BAD_TUNE_REDIS */
function checkRedisChoice({ TUNE_REDIS }: NodeJS.ProcessEnv): void {
  const choices = ['redis', 'embedded'];
  if (TUNE_REDIS && !choices.includes(TUNE_REDIS)) throw badVariable('TUNE_REDIS', TUNE_REDIS, choices);
}

function badVariable(name: string, value: string, allowed: readonly string[]): TuneError {
  return new TuneError({
    code: `BAD_${name}`,
    message: `${name} names "${value}"`,
    why: `it takes ${allowed.join(', ')}`,
    next: `change or unset ${name} (docs/setup.md)`,
    exitCode: exitCodes.usage,
  });
}

if (import.meta.main) process.exitCode = await setUp({ quiet: process.argv.includes('--quiet') });
