import type { RunEvent } from '../tuner/contracts/run-event.ts';

export type KubernetesEvent = Extract<RunEvent, { type: 'event' }>;

export interface ListedEvent {
  readonly event: KubernetesEvent;
  /** Line in events.ndjson, from 0. */
  readonly line: number;
  /** As the list and the marks in the charts number it, from 1. */
  readonly number: number;
}

/** The Kubernetes events of the run in the order of time; pod and load marks are drawn, not listed. */
export function listedEvents(events: readonly RunEvent[]): ListedEvent[] {
  return events
    .flatMap((event, line) => (event.type === 'event' ? [{ event, line }] : []))
    .sort((a, b) => a.event.atSeconds - b.event.atSeconds)
    .map((listed, index) => ({ ...listed, number: index + 1 }));
}
