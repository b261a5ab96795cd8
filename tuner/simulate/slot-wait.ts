/** Requests that must end before one that finds all slots taken can begin; fitted to the per-request reference. */
const slotWaitOffset = 0.2;

/**
 * Seconds until the next request ends, for one that finds all slots taken: on top of those before it in the queue.
 *
 * @param excess requests beyond the slots in the middle of the second; negative: free slots
 * @param endingRate requests that end in a second, mean
 */
export function slotWaitSeconds(excess: number, endingRate: number): number {
  return Math.max(0, slotWaitOffset + Math.min(0, excess)) / Math.max(endingRate, 0.01);
}
