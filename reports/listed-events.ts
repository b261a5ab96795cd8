import type { RunEvent } from '../tuner/contracts/run-event.ts';

export type KubernetesEvent = Extract<RunEvent, { type: 'event' }>;

export interface ListedEvent {
  readonly event: KubernetesEvent;
  /** Line in events.ndjson, from 0. */
  readonly line: number;
  /** As the list and the marks in the charts number it, from 1; null: neither the controller's nor a warning. */
  readonly number: number | null;
}

/** The Kubernetes events of the run in the order of time; pod and load marks are drawn, not listed. */
export function listedEvents(events: readonly RunEvent[]): ListedEvent[] {
  let count = 0;
  return events
    .flatMap((event, line) => (event.type === 'event' ? [{ event, line }] : []))
    .sort((a, b) => a.event.atSeconds - b.event.atSeconds)
    .map(({ event, line }) => {
      if (event.kind !== 'HorizontalPodAutoscaler' && !event.isWarning) return { event, line, number: null };
      count += 1;
      return { event, line, number: count };
    });
}
