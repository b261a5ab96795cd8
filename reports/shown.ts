import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { formatNumber, type NumberFormat } from './format-number.ts';
import type { Recorded } from './recorded.ts';

export type Shown = VNode | VNode[] | string | null;
type Scalar = number | string | boolean | null;

/** A recorded number, with where it stands and its exact value; a dash with a name for readers where unknown. */
export function number(of: Recorded<number | null>, format: NumberFormat): VNode {
  if (of.value === null || !Number.isFinite(of.value)) return unknown(of);
  return html`<data value=${String(of.value)} data-source=${of.source} data-format=${format}
    >${formatNumber(of.value, format)}</data
  >`;
}

/** A recorded text, verbatim. */
export function text(of: Recorded<string | null>): VNode {
  if (of.value === null) return unknown(of);
  return html`<span data-source=${of.source}>${of.value}</span>`;
}

/** A recorded moment, `2026-11-22 21:00:00 UTC`. */
export function moment(of: Recorded<string | null>): VNode {
  if (of.value === null) return unknown(of);
  const shown = of.value.replace(/^(.{10})T(.{8})(\.\d+)?Z$/, '$1 $2 UTC');
  return html`<time datetime=${of.value} data-source=${of.source}>${shown}</time>`;
}

/** A recorded value of a setting: numbers as recorded, texts verbatim, true and false as words. */
export function scalar(of: Recorded<Scalar>): VNode {
  const { value } = of;
  if (typeof value === 'number') return number(of as Recorded<number>, 'decimal');
  if (typeof value === 'boolean') return html`<span data-source=${of.source}>${String(value)}</span>`;
  return text(of as Recorded<string | null>);
}

/** `6.18 (5.93–6.43)`: an estimate with its interval; the method on hover. */
export function estimate(
  of: Recorded<{ value: number; low: number; high: number; method: string } | null>,
  format: NumberFormat,
): VNode {
  if (of.value === null) return unknown(of);
  return html`<span title=${of.value.method}
    >${number(of.at('value') as Recorded<number>, format)}${' '}<span class="interval"
      >(${number(of.at('low') as Recorded<number>, format)} to ${number(of.at('high') as Recorded<number>, format)})</span
    ></span
  >`;
}

/** A field of the run that holds nothing: never shown as 0. */
export function unknown({ source }: { readonly source: string }): VNode {
  return html`<span class="unknown" data-source=${source} data-format="unknown" title="not known"
    ><span aria-hidden="true">–</span><span class="for-readers">not known</span></span
  >`;
}

export interface Column<Row> {
  readonly head: string;
  /** Numbers stand right-aligned. */
  readonly isNumber?: boolean;
  readonly cell: (row: Row) => Shown;
}

/** A table with a caption and scoped headings; the first column names its row. */
export function table<Row>(
  caption: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  options: { readonly rowClass?: (row: Row) => string; readonly className?: string } = {},
): VNode {
  const alignment = (column: Column<Row>) => (column.isNumber ? 'number' : '');
  // A short table is kept on one sheet of paper; a long one is allowed to go on.
  const length = rows.length <= 16 ? 'short' : '';
  return html`<div class=${`scroll ${length}`}><table class=${options.className ?? ''}>
    <caption>${caption}</caption>
    <thead><tr>${columns.map((column) => html`<th scope="col" class=${alignment(column)}>${column.head}</th>`)}</tr></thead>
    <tbody>${rows.map(
      (row) =>
        html`<tr class=${options.rowClass?.(row) ?? ''}>${columns.map((column, index) =>
          index === 0
            ? html`<th scope="row">${column.cell(row)}</th>`
            : html`<td class=${alignment(column)}>${column.cell(row)}</td>`,
        )}</tr>`,
    )}</tbody>
  </table></div>`;
}

/** A part of the page: its id is what links and the contents list point to. */
export interface Section {
  readonly id: string;
  readonly heading: string;
  readonly content: VNode;
}

export function section(id: string, heading: string, ...content: Shown[]): Section {
  return {
    id,
    heading,
    content: html`<section id=${id} aria-labelledby=${`${id}-heading`}>
      <h2 id=${`${id}-heading`}>${heading}</h2>
      ${content}
    </section>`,
  };
}

/** A verdict in a word; the colour only repeats what the word says. */
export function badge(word: string, tone: 'good' | 'bad' | 'unsure' | 'plain', source?: string): VNode {
  const attributes = source === undefined ? {} : { 'data-source': source };
  return html`<span class=${`badge ${tone}`} ...${attributes}>${word}</span>`;
}
