import { type DataRow, dataRows } from '../../scenarios/lib/data-rows.ts';
import { promptLines } from '../../scenarios/lib/prompts.ts';
import { type TrafficClass, trafficClasses } from '../contracts/component.ts';
import type { Profile } from '../contracts/profile.ts';
import { exitCodes, TuneError } from '../errors.ts';
import { readTrace, type TraceRow } from './read-trace.ts';
import { readTrafficFile } from './read-traffic-file.ts';

/** What the tuner has to know of the files that a profile names; k6 reads prompts and data itself. */
export interface TrafficFiles {
  /** null: the profile replays none. */
  readonly trace: readonly TraceRow[] | null;
  /** Columns of each class's data file. */
  readonly columns: Readonly<Partial<Record<TrafficClass, readonly string[]>>>;
}

/**
 * Reads every file that a profile names, so that a mistake in one shows before any load is made.
 *
 * @throws TuneError NO_SUCH_FILE, BAD_TRACE, BAD_DATA_FILE, NO_PROMPTS, exit 2
 */
export function readTrafficFiles(profile: Profile): TrafficFiles {
  const columns: Partial<Record<TrafficClass, readonly string[]>> = {};
  for (const name of trafficClasses) {
    const { promptFile, dataFile } = profile[name];
    if (promptFile !== undefined) requirePrompts(promptFile, `${name}.promptFile`);
    if (dataFile !== undefined) columns[name] = columnsOf(dataFile, `${name}.dataFile`);
  }
  const replay = profile.shape?.replay;
  return { trace: replay === undefined ? null : readTrace(replay.traceFile), columns };
}

function requirePrompts(file: string, key: string): void {
  if (promptLines(readTrafficFile(file, key)).length > 0) return;
  throw new TuneError({
    code: 'NO_PROMPTS',
    message: `${file} holds no prompt`,
    why: `each line of it that is not empty would be one (\`${key}\` of the profile)`,
    next: 'write prompts into it, or leave the key out: prompts are then generated',
    exitCode: exitCodes.usage,
  });
}

/** Names that every row has: a row without a value would send its placeholder to Dify. */
function columnsOf(file: string, key: string): string[] {
  const rows = readRows(file, key);
  const [first] = rows;
  if (first === undefined) throw badDataFile(file, key, 'it holds no row');
  const columns = Object.keys(first);
  for (const [index, row] of rows.entries()) {
    const missing = columns.filter((name) => !Object.hasOwn(row, name));
    if (missing.length > 0) throw badDataFile(file, key, `row ${index + 1} has no ${missing.join(', ')}`);
  }
  return columns;
}

function readRows(file: string, key: string): DataRow[] {
  const text = readTrafficFile(file, key);
  try {
    return dataRows(file, text);
  } catch (thrown) {
    throw badDataFile(file, key, thrown instanceof Error ? thrown.message : String(thrown));
  }
}

function badDataFile(file: string, key: string, what: string): TuneError {
  return new TuneError({
    code: 'BAD_DATA_FILE',
    message: `${file} holds no rows of data: ${what}`,
    why: `\`${key}\` of the profile names it: a CSV file with a header (.csv), or a JSON object a line (any other ending)`,
    next: `mend the file, or leave \`${key}\` out`,
    exitCode: exitCodes.usage,
  });
}
