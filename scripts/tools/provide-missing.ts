import { exitCodes, formatError, TuneError } from '../../tuner/errors.ts';
import { removeAbandoned } from './cache-entry.ts';
import { cacheRoot } from './cache-root.ts';
import { createContext, type Given } from './create-context.ts';
import { createProgress, formatElapsed, type Output, type Progress } from './progress.ts';
import { provideTools } from './provide-tools.ts';
import { type ToolName, tools } from './tools.ts';

/**
 * Provides the named tools with progress on the output.
 *
 * @returns exit code: 0, or that of the first failure; every failure is printed
 */
export async function provideMissing(
  names: readonly ToolName[],
  given: Given,
  output: Output,
): Promise<number> {
  const startedAt = Date.now();
  const progress = createProgress(output);
  try {
    progress.note(`${names.map((name) => tools[name].name).join(', ')} to set up in ${cacheRoot(given.env)}`);
    await removeAbandoned(cacheRoot(given.env));
    const failures = await provideTools(names, createContext(given, progress));
    given.signal.throwIfAborted();
    if (failures.length > 0) return report(failures, { progress, output });
    progress.note(`done in ${formatElapsed(Date.now() - startedAt)}`);
    return exitCodes.done;
  } finally {
    progress.close();
  }
}

function report(failures: readonly unknown[], { progress, output }: { progress: Progress; output: Output }) {
  progress.close();
  const [bug] = failures.filter((failure) => !(failure instanceof TuneError));
  if (bug !== undefined) throw bug;
  for (const failure of failures) if (failure instanceof TuneError) output.write(`${formatError(failure)}\n`);
  const [first] = failures;
  return first instanceof TuneError ? first.exitCode : exitCodes.bug;
}
