import { parseCsv } from './csv.ts';

/** One row of a data file: what each `{column}` stands for. A JSONL row may hold values other than text. */
export type DataRow = Readonly<Record<string, unknown>>;

/**
 * Rows of a data file.
 *
 * @param path ends in `.csv`: a header of column names, then a row a line; any other: one JSON object a line
 * @throws Error naming the line that is neither
 */
export function dataRows(path: string, text: string): DataRow[] {
  return path.toLowerCase().endsWith('.csv') ? csvRows(text) : jsonRows(text);
}

function csvRows(text: string): DataRow[] {
  const [header, ...rows] = parseCsv(text);
  if (header === undefined) return [];
  return rows.map(({ line, cells }) => {
    if (cells.length !== header.cells.length)
      throw new Error(`line ${line}: ${cells.length} cells, and the header names ${header.cells.length}`);
    return Object.fromEntries(header.cells.map((name, index) => [name, cells[index] ?? '']));
  });
}

function jsonRows(text: string): DataRow[] {
  return text.split('\n').flatMap((json, index) => {
    if (json.trim() === '') return [];
    const row = parseJson(json);
    if (typeof row !== 'object' || row === null || Array.isArray(row))
      throw new Error(`line ${index + 1}: no JSON object`);
    return [row as DataRow];
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const placeholder = /\{([A-Za-z_][\w-]*)\}/g;

/** Names of the placeholders in a text. */
export function placeholdersIn(text: string): string[] {
  return [...text.matchAll(placeholder)].map(([, name]) => name ?? '');
}

/**
 * A text with each `{name}` replaced by its value; a name without one stays as it is.
 *
 * @returns the value itself, text or not, where the text is one placeholder and nothing else
 * @example fillPlaceholders('{n}', { n: 3 }) // 3
 * @example fillPlaceholders('n = {n}', { n: 3 }) // 'n = 3'
 */
export function fillPlaceholders(text: string, values: DataRow): unknown {
  if (!text.includes('{')) return text; // most are plain, and expressions are slow in k6's engine
  const [only] = placeholdersIn(text);
  if (only !== undefined && text === `{${only}}` && Object.hasOwn(values, only)) return values[only];
  return text.replace(placeholder, (whole, name: string) =>
    Object.hasOwn(values, name) ? asText(values[name]) : whole,
  );
}

export function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
