import { exitCodes, TuneError } from '../../tuner/errors.ts';
import { type FileMark, markFile, type Source, writeResolution } from './resolution.ts';
import type { SetupContext } from './setup-context.ts';
import type { Tool, ToolName } from './tools.ts';

/** A tool that is looked for: what PATH offered, and why each way so far did not do. */
export interface Search {
  readonly name: ToolName;
  readonly tool: Tool;
  offeredOnPath: FileMark | null;
  readonly reasons: string[];
}

/** Makes a file the one that serves as the tool from now on. */
export async function choose(
  search: Search,
  chosen: { readonly file: string; readonly source: Source; readonly version: string },
  context: SetupContext,
): Promise<void> {
  const file = markFile(chosen.file);
  if (file === null) throw new Error(`${chosen.file} is not there although it was just installed`);
  const { version, source } = chosen;
  const resolution = {
    schemaVersion: 1,
    version,
    source,
    file,
    offeredOnPath: search.offeredOnPath,
  } as const;
  await writeResolution(search.name, resolution, context.env);
}

/** Tries one way to a tool; when it fails, says so and remembers why: there is another way. */
export async function tryWay(
  search: Search,
  context: SetupContext,
  work: () => Promise<void>,
): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof TuneError)) throw error;
    search.reasons.push(`${error.message}: ${error.why}`);
    // A host that is out of reach was already named, once for all that it has.
    if (error.code !== 'ORIGIN_UNREACHABLE') {
      context.progress.note(
        `${error.message}\n  why:  ${error.why}\n  next: ${error.next}; going on with another way`,
      );
    }
    return false;
  }
}

/** No way led to these tools. */
export function notSetUp(searches: readonly Search[], lastWay?: unknown): TuneError {
  const names = searches.map(({ tool }) => `${tool.name} ${tool.version}`).join(', ');
  const reasons = new Set(searches.flatMap((search) => search.reasons));
  const last = lastWay instanceof TuneError ? lastWay : null;
  if (lastWay !== undefined) reasons.add(last ? `${last.message}: ${last.why}` : String(lastWay));
  return new TuneError({
    code: 'TOOL_NOT_SET_UP',
    message: `${names} cannot be set up`,
    why: [...reasons].join('\n') || 'TUNE_SOURCES and TUNE_REDIS leave no way to it',
    next:
      last?.next ??
      'allow more ways (TUNE_SOURCES, TUNE_REDIS; docs/setup.md), then run `scripts/setup` again',
    exitCode: exitCodes.unreachable,
    cause: lastWay,
  });
}
