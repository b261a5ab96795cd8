import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { Advice } from '../../tuner/contracts/advice.ts';
import { formatNumber } from '../format-number.ts';
import type { Recorded } from '../recorded.ts';

type Point = Recorded<Advice['search']['pareto'][number]>;

const size = { width: 420, height: 190, left: 46, bottom: 34, top: 10, right: 12 } as const;

/** Violated minutes over replica-hours; the chosen one is filled. */
export function paretoPlot(points: readonly Point[]): VNode {
  const hours = points.map(({ value }) => value.replicaHours);
  const minutes = points.map(({ value }) => value.sloViolatedMinutes);
  const x = scale([Math.min(...hours), Math.max(...hours)], [size.left + 8, size.width - size.right - 8]);
  const y = scale([0, Math.max(...minutes)], [size.height - size.bottom, size.top + 6]);
  const axis = size.height - size.bottom;
  return html`<figure class="pareto">
    <figcaption><b>What was weighed</b> <span class="unit">violated minutes over replica-hours; filled: chosen</span></figcaption>
    <svg viewBox=${`0 0 ${size.width} ${size.height}`} role="img" aria-label="Violated minutes over replica-hours of the settings on the Pareto front">
      <line class="axis" x1=${size.left} x2=${size.width - size.right} y1=${axis} y2=${axis} />
      <line class="axis" x1=${size.left} x2=${size.left} y1=${size.top} y2=${axis} />
      ${label(points, 'replicaHours', { x, y: () => axis + 16, anchor: 'middle' })}
      ${label(points, 'sloViolatedMinutes', { x: () => size.left - 6, y, anchor: 'end' })}
      ${points.map(
        ({ value }) => html`<circle class=${value.isChosen ? 'chosen' : ''} r=${value.isChosen ? 5.5 : 3.5}
          cx=${x(value.replicaHours)} cy=${y(value.sloViolatedMinutes)} />`,
      )}
    </svg>
  </figure>`;
}

/** The smallest and the largest of the points, and the chosen one, name the axis: each is a recorded number. */
function label(
  points: readonly Point[],
  field: 'replicaHours' | 'sloViolatedMinutes',
  place: { x: (value: number) => number; y: (value: number) => number; anchor: string },
): VNode[] {
  const sorted = [...points].sort((a, b) => a.value[field] - b.value[field]);
  const ends = [sorted[0], sorted.at(-1)].filter((point) => point !== undefined);
  return [...new Set(ends)].map((point) => {
    const value = point.value[field];
    return html`<text x=${place.x(value)} y=${place.y(value) + (place.anchor === 'end' ? 4 : 0)} text-anchor=${place.anchor}
      data-source=${point.at(field).source} data-format="decimal">${formatNumber(value, 'decimal')}</text>`;
  });
}

function scale([from, to]: [number, number], [low, high]: [number, number]): (value: number) => number {
  const span = to - from || 1;
  return (value) => Math.round((low + ((value - from) / span) * (high - low)) * 10) / 10;
}
