/** A count is about Poisson: this many deviations above its mean it practically never gets. */
const farDeviations = 4;

/**
 * Mean number of requests up to which, by chance alone, practically never all slots are taken: less than once in
 * 10,000 seconds.
 *
 * The m that solves m + 4 √m + 1 = slots.
 *
 * @example mostWithoutWaiting(10) // 2.58
 */
export function mostWithoutWaiting(slots: number): number {
  if (slots === Number.POSITIVE_INFINITY) return slots;
  if (slots <= 1) return 0;
  const half = farDeviations / 2;
  return (Math.sqrt(half * half + slots - 1) - half) ** 2;
}
