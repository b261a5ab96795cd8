import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { Distribution } from '../../tuner/contracts/estimate.ts';
import type { NumberFormat } from '../format-number.ts';
import type { Recorded } from '../recorded.ts';
import { number, type Shown, table, unknown } from '../shown.ts';

export interface DistributionRow {
  readonly name: string;
  readonly of: Recorded<Distribution | null>;
}

type Quantile = 'min' | 'p05' | 'p50' | 'p95' | 'p99' | 'max';
const quantiles: readonly { readonly head: string; readonly field: Quantile }[] = [
  { head: 'Min', field: 'min' },
  { head: 'p5', field: 'p05' },
  { head: 'Median', field: 'p50' },
  { head: 'p95', field: 'p95' },
  { head: 'p99', field: 'p99' },
  { head: 'Max', field: 'max' },
];

/** Spreads as a table, each with a strip: line from min to max, bar from p5 to p95, tick at the median. */
export function distributions(
  caption: string,
  rows: readonly DistributionRow[],
  format: NumberFormat,
): VNode {
  const largest = Math.max(...rows.map(({ of }) => of.value?.max ?? 0));
  return table(
    caption,
    [
      { head: '', cell: ({ name }) => name },
      { head: 'Count', isNumber: true, cell: ({ of }) => number(of.at('count'), 'integer') },
      ...quantiles.map(({ head, field }) => ({
        head,
        isNumber: true,
        cell: ({ of }: DistributionRow) => number(of.at(field), format),
      })),
      { head: 'Spread', cell: ({ of }) => strip(of, largest) },
    ],
    rows,
    { className: 'compact' },
  );
}

const stripWidth = 160;

function strip(of: Recorded<Distribution | null>, largest: number): Shown {
  const spread = of.value;
  if (spread === null || largest <= 0) return unknown(of);
  const x = (value: number) => Math.round((value / largest) * stripWidth * 10) / 10;
  return html`<svg class="strip" viewBox=${`-1 0 ${stripWidth + 2} 12`} width=${stripWidth} height="12" aria-hidden="true">
    <line x1=${x(spread.min)} x2=${x(spread.max)} y1="6" y2="6" />
    <rect x=${x(spread.p05)} width=${Math.max(1, x(spread.p95) - x(spread.p05))} y="3" height="6" />
    <line class="median" x1=${x(spread.p50)} x2=${x(spread.p50)} y1="1" y2="11" />
  </svg>`;
}
