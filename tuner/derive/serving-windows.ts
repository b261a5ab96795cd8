import type { ComponentName } from '../contracts/component.ts';
import type { SecondRange } from './load-recording.ts';
import type { Observation, SampleLists } from './observation.ts';

/** A measuring window of metrics.k8s.io in which the same replicas served all the time. */
export interface ServingWindow {
  /** Whole seconds since run start. */
  readonly range: SecondRange;
  readonly replicas: number;
  /** Mean over those of them that were measured. */
  readonly millicoresPerReplica: number;
}

/**
 * A replica counts from so many seconds after it became Ready: what it used to start is in windows that overlap, and
 * kubelets tell usage some seconds late.
 */
const settlingSeconds = 10;

/**
 * Windows in which nothing but service was measured: pods that start, or end, use CPU without serving, and where
 * replicas come or go, their share of the load changes within the window.
 */
export function servingWindows(
  observation: Pick<Observation, 'samples' | 'ready'>,
  component: ComponentName,
): ServingWindow[] {
  const { samples } = observation;
  const ready = observation.ready.get(component);
  return samples.usage
    .filter((sample) => sample.component === component)
    .flatMap(({ pods }) => {
      const [first] = pods;
      if (!first || !ready) return [];
      const to = Math.round(first.timestampAtSeconds);
      const range = { from: Math.round(first.timestampAtSeconds - first.windowSeconds), to };
      const replicas = ready.isConstant(range.from, to) ? ready.at(range.from) : null;
      if (range.from < 0 || !replicas) return [];
      const settled = settledPods(samples, component, range);
      const measured =
        settled === null ? pods.length === replicas && pods : pods.filter(({ name }) => settled.has(name));
      if (!measured || measured.length === 0) return [];
      const total = measured.reduce((sum, { containers }) => sum + millicoresOf(containers), 0);
      return [{ range, replicas, millicoresPerReplica: total / measured.length }];
    });
}

export function millicoresOf(
  containers: Readonly<Record<string, { readonly cpuMillicores: number }>>,
): number {
  return Object.values(containers).reduce((sum, { cpuMillicores }) => sum + cpuMillicores, 0);
}

/** Names of the pods that were Ready long before the window began, and still at its end; null: pods were not recorded. */
function settledPods(
  { pods }: SampleLists,
  component: ComponentName,
  { from, to }: SecondRange,
): Set<string> | null {
  const last = pods.findLast((sample) => sample.component === component && sample.atSeconds <= to);
  if (last === undefined) return null;
  return new Set(
    last.pods
      .filter(
        ({ ready, readyTransitionAtSeconds, deletedAtSeconds }) =>
          ready === true &&
          deletedAtSeconds === null &&
          (readyTransitionAtSeconds ?? -Infinity) <= from - settlingSeconds,
      )
      .map(({ name }) => name),
  );
}
