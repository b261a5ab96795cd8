import { requestClasses, trafficClasses } from '../contracts/component.ts';
import type { Evidence } from '../contracts/evidence.ts';
import type { LoadRecording, LoadSeries } from './load-recording.ts';

/** How the runs of apps ended, by class, endpoint and outcome. */
export function outcomes(load: LoadRecording): Evidence['outcomes'] {
  return counted(load, load.find('requests'), requestClasses);
}

/** How all other calls ended: stops, and the creations, polls and deletions that indexing consists of. */
export function otherCalls(load: LoadRecording): NonNullable<Evidence['otherCalls']> {
  const creations = load.find('requests', { scenario: 'indexing' });
  return counted(load, [...creations, ...load.find('documents'), ...load.find('calls')], trafficClasses);
}

/** @returns null where the load held no document */
export function indexing(load: LoadRecording): NonNullable<Evidence['indexing']> | null {
  const whole = { from: 0, to: load.durationSeconds };
  const started = load.total('requests_started', 'sum', whole, { scenario: 'indexing' });
  if (started === 0) return null;
  const taken = load.histogram('time_to_indexed_ms', whole, { scenario: 'indexing', outcome: 'ok' });
  return {
    documents: Math.round(load.total('documents', 'sum', whole, { scenario: 'indexing' })),
    timeToIndexedMs: taken.distribution(),
  };
}

interface Count<T> {
  readonly requestClass: T;
  readonly endpoint: string;
  readonly outcome: string;
  readonly count: number;
}

/** Series of the same tags are those of several runners. */
function counted<T extends string>(
  { durationSeconds }: LoadRecording,
  all: readonly LoadSeries[],
  classes: readonly T[],
): Count<T>[] {
  const counts = new Map<string, Count<T>>();
  for (const { tags, sums } of all) {
    const { endpoint, outcome } = tags;
    const requestClass = classes.find((name) => name === tags.scenario);
    if (requestClass === undefined) continue;
    let count = 0;
    for (let second = 0; second < durationSeconds; second++) count += sums.at(second);
    const key = `${requestClass} ${endpoint} ${outcome}`;
    const before = counts.get(key)?.count ?? 0;
    counts.set(key, { requestClass, endpoint, outcome, count: before + Math.round(count) });
  }
  return [...counts.values()];
}
