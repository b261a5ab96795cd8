/** One figure of the benchmark. */
export interface Result {
  readonly what: string;
  /** With its unit, or why there is none. */
  readonly measured: string;
  /** What it is to be; null: nothing is asked of it. */
  readonly goal: string | null;
  /** null: nothing is asked, or nothing could be measured. */
  readonly isMet: boolean | null;
}

export function formatResults(results: readonly Result[]): string {
  const rows = results.map(({ what, measured, goal, isMet }) => [
    what,
    measured,
    goal ?? '',
    isMet === null ? (goal === null ? '' : 'not judged') : isMet ? 'PASS' : 'MISS',
  ]);
  const table = [['what', 'measured', 'goal', ''], ...rows];
  const widths =
    table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  return `${table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')}\n`;
}

/** 61,234 */
export function thousands(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
