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
