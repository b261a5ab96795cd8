import type { HpaState, ScaleEvent } from './state.ts';
import type { CompiledHpa } from './types.ts';

/** Replicas changed within the period; an event exactly as old as the period does not count. */
export function changeWithin(events: readonly ScaleEvent[], periodMs: number, atMs: number): number {
  const cutoffMs = atMs - periodMs;
  let total = 0;
  for (const event of events) if (event.atMs > cutoffMs) total += event.change;
  return total;
}

/**
 * Remembers a change of the replica count for the policies; without `behavior` nothing would read it.
 *
 * @see Kubernetes 1.37 podautoscaler/horizontal.go, storeScaleEvent, markScaleEventsOutdated
 */
export function storeScaleEvent(
  hpa: CompiledHpa,
  state: HpaState,
  change: { readonly atMs: number; readonly from: number; readonly to: number },
): void {
  if (hpa.behavior === null) return;
  if (change.to > change.from) {
    store(state.scaleUpEvents, change.atMs, change.to - change.from, hpa.behavior.scaleUp.longestPeriodMs);
  } else {
    store(
      state.scaleDownEvents,
      change.atMs,
      change.from - change.to,
      hpa.behavior.scaleDown.longestPeriodMs,
    );
  }
}

/** Writes over the outdated event that stands last; without one the list grows. */
function store(events: ScaleEvent[], atMs: number, change: number, longestPeriodMs: number): void {
  let outdated: ScaleEvent | undefined;
  for (const event of events) {
    if (event.atMs < atMs - longestPeriodMs) event.isOutdated = true;
    if (event.isOutdated) outdated = event;
  }
  if (outdated === undefined) {
    events.push({ atMs, change, isOutdated: false });
    return;
  }
  outdated.atMs = atMs;
  outdated.change = change;
  outdated.isOutdated = false;
}
