/** A line of cells, and where in the file it begins. */
export interface CsvRow {
  /** From 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** Where the reading is. */
interface Place {
  at: number;
  line: number;
}

/**
 * Comma-separated values by RFC 4180: cells may be quoted, and then hold commas, line ends and doubled quotes. Lines
 * without anything are left out. Here and not in a package, since k6 reads it as well and has no packages; without
 * regular expressions, which k6's engine runs over the whole text anew for each cell.
 *
 * @throws Error naming the line in which a quoted cell begins that does not end in order
 * @example parseCsv('a,"b, c"\n') // [{ line: 1, cells: ['a', 'b, c'] }]
 */
export function parseCsv(text: string): CsvRow[] {
  const rows: CsvRow[] = [];
  // A byte order mark, as spreadsheets write it, is no part of the first name.
  const place: Place = { at: text.startsWith('\uFEFF') ? 1 : 0, line: 1 };
  while (place.at < text.length) {
    const { line } = place;
    const cells = readRow(text, place);
    if (cells.length > 1 || cells[0] !== '') rows.push({ line, cells });
  }
  return rows;
}

function readRow(text: string, place: Place): string[] {
  const cells: string[] = [];
  for (;;) {
    cells.push(text[place.at] === '"' ? readQuoted(text, place) : readPlain(text, place));
    const end = text[place.at];
    place.at += 1;
    if (end === ',') continue;
    if (end === '\r' && text[place.at] === '\n') place.at += 1;
    place.line += 1;
    return cells;
  }
}

function readPlain(text: string, place: Place): string {
  const from = place.at;
  while (place.at < text.length && !isEnd(text[place.at])) place.at += 1;
  return text.slice(from, place.at).trim();
}

function readQuoted(text: string, place: Place): string {
  const { line } = place;
  let cell = '';
  let from = place.at + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) throw new Error(`line ${line}: a quoted cell is not closed`);
    cell += text.slice(from, quote);
    if (text[quote + 1] !== '"') {
      place.at = quote + 1;
      break;
    }
    cell += '"';
    from = quote + 2;
  }
  if (place.at < text.length && !isEnd(text[place.at]))
    throw new Error(`line ${line}: text stands behind a quoted cell`);
  place.line += cell.split('\n').length - 1;
  return cell;
}

function isEnd(character: string | undefined): boolean {
  return character === ',' || character === '\n' || character === '\r';
}
