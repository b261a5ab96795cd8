import type { Advice, SimulatedTimeline } from '../tuner/contracts/advice.ts';
import type { Series } from '../tuner/contracts/evidence.ts';
import type { Run } from '../tuner/contracts/run.ts';
import { type Chart, type ChartLimit, type ChartLine, line } from './chart.ts';
import { entries, present, type Recorded } from './recorded.ts';

/** The demand that was simulated, once under the settings in force and once under the proposed ones. */
export function simulatedCharts(advice: Recorded<Advice>, objectives: Run['objectives']): Chart[] {
  const timelines = present(advice.at('timelines'));
  if (timelines === null) return [];
  const both = (
    pick: (timeline: Recorded<SimulatedTimeline>) => Recorded<Series | null>,
    isStepped = false,
  ): ChartLine[] => [
    ...line(pick(timelines.at('current')), { label: 'current', color: 'current', isDashed: true, isStepped }),
    ...line(pick(timelines.at('proposed')), { label: 'proposed', color: 'proposed', isStepped }),
  ];
  const chart = (id: string, title: string, rest: Pick<Chart, 'unit' | 'lines'> & Partial<Chart>): Chart => ({
    id: `simulated-${id}`,
    title,
    display: 'plain',
    group: 'simulated',
    limits: [],
    ...rest,
  });
  const components = entries(timelines.at('current').at('replicas')).map(({ key }) => key);
  return [
    chart('demand', 'Demand', {
      unit: 'arrivals per second',
      lines: line(advice.at('demand').at('arrivalsPerSecond'), { label: 'arrivals', color: 'total' }),
    }),
    ...components.map((component) =>
      chart(`replicas-${component}`, `${component} replicas`, {
        unit: 'ready',
        display: 'count',
        lines: both((timeline) => timeline.at('replicas').at(component), true),
      }),
    ),
    chart('queue', 'Workflow queue', {
      unit: 'runs waiting',
      lines: both((timeline) => timeline.at('queueDepth')),
    }),
    chart('latency', 'Time to first token, 95th percentile', {
      unit: 'ms',
      display: 'milliseconds',
      lines: both((timeline) => timeline.at('timeToFirstTokenP95Ms')),
      limits: [objective(objectives.timeToFirstTokenP95Seconds)],
    }),
    chart('queue-wait', 'Queue wait, 95th percentile', {
      unit: 'ms',
      display: 'milliseconds',
      lines: both((timeline) => timeline.at('queueWaitP95Ms')),
      limits: [objective(objectives.queueWaitP95Seconds)],
    }),
  ].filter(({ lines }) => lines.length > 0);
}

function objective(seconds: number): ChartLimit {
  return { label: 'objective', color: 'total', value: seconds * 1000 };
}
