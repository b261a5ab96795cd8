import { createLogUpdate } from 'log-update';
import type { ComponentName } from '../contracts/component.ts';
import type { LiveLoad } from './load-run.ts';

/** Where it is shown: stderr, whose result is never read by a program. */
export interface LiveOutput {
  write(text: string): boolean;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** What is shown of the cluster; null: not known. */
export interface LiveReplicas {
  readonly components: Readonly<
    Partial<
      Record<
        ComponentName,
        { readonly readyReplicas: number | null; readonly desiredReplicas: number | null }
      >
    >
  >;
  readonly queueDepth: number | null;
  readonly openGaps: readonly { readonly source: string }[];
}

export interface LiveViewOptions {
  readonly output: LiveOutput & NodeJS.WritableStream;
  /** Length of the whole load, for the bar. */
  readonly totalSeconds: number;
  readonly cluster: () => LiveReplicas;
  /** Without a terminal, a line this often; default 10. */
  readonly plainEverySeconds?: number;
}

export interface LiveView {
  show(load: LiveLoad): void;
  /** Writes something that stays, above what is redrawn. */
  above(write: () => void): void;
  /** Leaves the last state standing; the next line begins on its own. */
  stop(): void;
}

/** Bars that redraw themselves on a terminal; elsewhere, such as in CI, a plain line now and then. */
export function startLiveView(options: LiveViewOptions): LiveView {
  return options.output.isTTY === true ? redrawn(options) : plainLines(options);
}

function redrawn({ output, totalSeconds, cluster }: LiveViewOptions): LiveView {
  const update = createLogUpdate(output);
  let drawn = '';
  return {
    show(load) {
      drawn = [progressLine(load, totalSeconds), loadLine(load), clusterLine(cluster())].join('\n');
      update(drawn);
    },
    above(write) {
      update.clear();
      write();
      if (drawn !== '') update(drawn);
    },
    stop: () => update.done(),
  };
}

function plainLines({ output, totalSeconds, cluster, plainEverySeconds = 10 }: LiveViewOptions): LiveView {
  let shownSeconds = Number.NEGATIVE_INFINITY;
  return {
    show(load) {
      if (load.atSeconds - shownSeconds < plainEverySeconds) return;
      shownSeconds = load.atSeconds;
      const percent = Math.round(doneRatio(load, totalSeconds) * 100);
      output.write(
        `load ${percent}%, ${clockTime(load.remainingSeconds)} left, ${loadLine(load)}, ${clusterLine(cluster())}\n`,
      );
    },
    above: (write) => write(),
    stop: () => undefined,
  };
}

const barWidth = 30;

function progressLine(load: LiveLoad, totalSeconds: number): string {
  const done = Math.round(doneRatio(load, totalSeconds) * barWidth);
  return `load ${'█'.repeat(done)}${'░'.repeat(barWidth - done)} ${clockTime(load.remainingSeconds)} left`;
}

function doneRatio({ remainingSeconds }: LiveLoad, totalSeconds: number): number {
  return totalSeconds <= 0 ? 1 : Math.min(1, Math.max(0, 1 - remainingSeconds / totalSeconds));
}

export function loadLine(load: LiveLoad): string {
  const parts = [
    `${load.arrivalsPerSecond.toFixed(1)}/s`,
    `${load.activeStreams ?? '?'} streams`,
    `first token p95 ${milliseconds(load.timeToFirstTokenP95Ms)}`,
    `errors ${load.errorRatio === null ? '?' : `${(load.errorRatio * 100).toFixed(1)}%`}`,
  ];
  const { runners } = load;
  if (runners !== undefined && runners.running < runners.all) {
    parts.push(`${runners.running} of ${runners.all} RUNNERS`);
  }
  if (load.droppedIterations > 0) parts.push(`${load.droppedIterations} DROPPED`);
  return parts.join(', ');
}

export function clusterLine({ components, queueDepth, openGaps }: LiveReplicas): string {
  const replicas = Object.entries(components).map(
    ([name, { readyReplicas, desiredReplicas }]) =>
      `${name} ${readyReplicas ?? '?'}${desiredReplicas === null ? '' : `→${desiredReplicas}`}`,
  );
  const parts = [...replicas, `queue ${queueDepth ?? '?'}`];
  if (openGaps.length > 0) parts.push(`silent: ${openGaps.map(({ source }) => source).join(' ')}`);
  return parts.join(', ');
}

function milliseconds(value: number | null): string {
  if (value === null) return '?';
  return value < 1_000 ? `${Math.round(value)} ms` : `${(value / 1_000).toFixed(2)} s`;
}

function clockTime(seconds: number): string {
  const whole = Math.ceil(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
