import { type CsvRow, parseCsv } from '../../scenarios/lib/csv.ts';
import { exitCodes, TuneError } from '../errors.ts';
import { readTrafficFile } from './read-traffic-file.ts';

/** One request of a trace. */
export interface TraceRow {
  /** Since the first row's moment. */
  readonly atSeconds: number;
  readonly promptTokens: number;
  readonly answerTokens: number;
}

const columns = ['TIMESTAMP', 'ContextTokens', 'GeneratedTokens'] as const;
/** More would only repeat what is wrong. */
const mistakesShown = 5;

/**
 * An arrival trace: CSV with the columns of Azure's public LLM inference traces, in any order and among others.
 *
 * @returns in the order of time
 * @throws TuneError NO_SUCH_FILE, BAD_TRACE, exit 2, with the lines that cannot be read
 */
export function readTrace(file: string): TraceRow[] {
  const [header, ...rows] = parseRows(file, readTrafficFile(file, 'shape.replay.traceFile'));
  if (header === undefined || rows.length === 0) throw badTrace(file, ['it holds no request']);
  const places = columns.map((name) => header.cells.findIndex((cell) => isNamed(cell, name)));
  const missing = columns.filter((_, index) => places[index] === -1);
  if (missing.length > 0) {
    const seen = header.cells.slice(0, 8).join(', ');
    throw badTrace(file, [`no column is named ${missing.join(' or ')}; there are: ${seen}`]);
  }
  const mistakes: string[] = [];
  const read = rows.map(({ line, cells }) => {
    const [time = '', prompt = '', answer = ''] = places.map((place) => cells[place] ?? '');
    const row = {
      atSeconds: secondsOf(time),
      promptTokens: tokensOf(prompt),
      answerTokens: tokensOf(answer),
    };
    if (Object.values(row).some(Number.isNaN))
      mistakes.push(`${file}:${line}: ${mistakeIn(row, { time, prompt, answer })}`);
    return row;
  });
  if (mistakes.length > 0) throw badTrace(file, mistakes);
  read.sort((a, b) => a.atSeconds - b.atSeconds);
  const first = read[0]?.atSeconds ?? 0;
  return read.map((row) => ({ ...row, atSeconds: row.atSeconds - first }));
}

function parseRows(file: string, text: string): CsvRow[] {
  try {
    return parseCsv(text);
  } catch (thrown) {
    throw badTrace(file, [thrown instanceof Error ? thrown.message : String(thrown)]);
  }
}

function isNamed(cell: string, name: string): boolean {
  return cell.toLowerCase() === name.toLowerCase();
}

/** Nearer than 1970, so that a double has room for ten-millionths of a second. */
const epochSeconds = Date.UTC(2020) / 1000;

/** Seconds of a number, or of a date with a time; of the latter without a zone, as of UTC. NaN: neither. */
function secondsOf(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  const parts = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?$/.exec(text);
  if (parts === null) return Number.NaN;
  const [, date, time, fraction = '', zone = 'Z'] = parts;
  return Date.parse(`${date}T${time}${zone}`) / 1000 - epochSeconds + Number(`0${fraction}`);
}

function tokensOf(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

function mistakeIn(row: TraceRow, texts: { time: string; prompt: string; answer: string }): string {
  if (Number.isNaN(row.atSeconds))
    return `TIMESTAMP "${texts.time}" is neither a date with a time nor seconds`;
  const [name, text] = Number.isNaN(row.promptTokens)
    ? ['ContextTokens', texts.prompt]
    : ['GeneratedTokens', texts.answer];
  return `${name} "${text}" is no whole number`;
}

function badTrace(file: string, mistakes: readonly string[]): TuneError {
  const shown = mistakes.slice(0, mistakesShown);
  const more = mistakes.length - shown.length;
  return new TuneError({
    code: 'BAD_TRACE',
    message: [`${file} is no arrival trace`, ...shown, ...(more > 0 ? [`and ${more} more lines`] : [])].join(
      '\n',
    ),
    why: `a replay needs a CSV file with the columns ${columns.join(', ')}: when each request came, and how long it was`,
    next: 'mend the file, or name another under shape.replay.traceFile (docs/traffic.md, "Replay")',
    exitCode: exitCodes.usage,
  });
}
