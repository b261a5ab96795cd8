import type uPlot from 'uplot';
import type { Chart, ChartMark } from '../chart.ts';
import { cssColor } from './css-color.ts';

/** More lines than these would hide the curves of a long run. */
const mostStrongLines = 40;

/** Vertical lines where the load changed or the controller acted; numbered on the chart that asks for it. */
export function drawMarks(plot: uPlot, chart: Chart, marks: readonly ChartMark[]): void {
  if (chart.group !== 'run') return;
  inPlot(plot, (context, scale) => {
    const { left, top, width, height } = plot.bbox;
    const stageStrength = marks.filter(({ kind }) => kind === 'stage').length > mostStrongLines ? 0.3 : 0.75;
    const isCrowded = marks.length > 2 * mostStrongLines;
    let numbersEnd = Number.NEGATIVE_INFINITY;
    for (const mark of marks) {
      const x = plot.valToPos(mark.atSeconds, 'x', true);
      if (x < left || x > left + width) continue;
      const isStage = mark.kind === 'stage';
      if (isCrowded && !isStage && !chart.hasMarkNumbers) continue;
      context.strokeStyle = isStage ? cssColor('--stage') : cssColor(`--line-${mark.color}`);
      context.globalAlpha = isStage ? stageStrength : chart.hasMarkNumbers ? 0.75 : 0.28;
      context.lineWidth = scale;
      context.setLineDash(isStage ? [] : [2 * scale, 3 * scale]);
      stroke(context, { x1: x, y1: top, x2: x, y2: top + height });
      if (isStage || !chart.hasMarkNumbers) continue;
      context.globalAlpha = 1;
      numbersEnd = drawNumber(context, mark, { x, y: top, scale, after: numbersEnd });
    }
  });
}

/** @returns where the number ends; one that would touch its neighbour becomes a dot */
function drawNumber(
  context: CanvasRenderingContext2D,
  mark: ChartMark,
  { x, y, scale, after }: { x: number; y: number; scale: number; after: number },
): number {
  const label = mark.kind === 'warning' ? `!${mark.number}` : String(mark.number);
  context.font = `600 ${9.5 * scale}px system-ui, sans-serif`;
  const half = context.measureText(label).width / 2;
  context.fillStyle = mark.kind === 'warning' ? cssColor('--bad') : cssColor(`--line-${mark.color}`);
  if (x - half < after + 2 * scale) {
    context.beginPath();
    context.arc(x, y - 1.5 * scale, 1.5 * scale, 0, Math.PI * 2);
    context.fill();
    return after;
  }
  context.textAlign = 'center';
  context.textBaseline = 'bottom';
  context.fillText(label, x, y - 2 * scale);
  return x + half;
}

/** Horizontal lines to hold the curves against: targets and objectives, named at the right end. */
export function drawLimits(plot: uPlot, chart: Chart): void {
  inPlot(plot, (context, scale) => {
    const { left, top, width, height } = plot.bbox;
    const named = new Set<number>();
    for (const limit of chart.limits) {
      const y = plot.valToPos(limit.value, 'y', true);
      if (y < top || y > top + height) continue;
      context.strokeStyle = cssColor(`--line-${limit.color}`);
      context.lineWidth = scale;
      context.setLineDash([8 * scale, 3 * scale, 2 * scale, 3 * scale]);
      stroke(context, { x1: left, y1: y, x2: left + width, y2: y });
      const isTaken = named.has(Math.round(y));
      named.add(Math.round(y));
      context.font = `${10 * scale}px system-ui, sans-serif`;
      context.fillStyle = cssColor('--muted');
      context.textAlign = isTaken ? 'left' : 'right';
      context.textBaseline = 'bottom';
      context.fillText(limit.label, isTaken ? left + 4 * scale : left + width - 4 * scale, y - 2 * scale);
    }
  });
}

function inPlot(plot: uPlot, work: (context: CanvasRenderingContext2D, scale: number) => void): void {
  const context = plot.ctx;
  context.save();
  work(context, plot.ctx.canvas.width / plot.width);
  context.restore();
}

function stroke(
  context: CanvasRenderingContext2D,
  { x1, y1, x2, y2 }: { x1: number; y1: number; x2: number; y2: number },
): void {
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
}
