/**
 * What the metrics asked for at earlier syncs, before stabilization.
 *
 * Two columns instead of objects: an hour's window is 240 entries, read at every sync. Entries stand where the
 * controller's list has them, which is not the order of time once old ones are written over.
 */
export interface Recommendations {
  length: number;
  atMs: Float64Array<ArrayBuffer>;
  replicas: Int32Array<ArrayBuffer>;
  /** The latest recommendation, and since when without a break the same was asked for. */
  latest: number;
  sameSinceMs: number;
  latestMs: number;
  /**
   * Entries up to here stand in the order of time, and so do those after it; false where syncs came so unevenly
   * that they do not.
   */
  boundary: number;
  isInOrder: boolean;
}

/** Enough for the default window at the default sync period. */
const initialCapacity = 32;

export function createRecommendations(): Recommendations {
  return {
    length: 0,
    atMs: new Float64Array(initialCapacity),
    replicas: new Int32Array(initialCapacity),
    latest: 0,
    sameSinceMs: Number.POSITIVE_INFINITY,
    latestMs: Number.NEGATIVE_INFINITY,
    boundary: -1,
    isInOrder: true,
  };
}

/** `expired` index of an entry to write over, -1 to append. */
export function recordRecommendation(
  list: Recommendations,
  expired: number,
  recommendation: { readonly atMs: number; readonly replicas: number },
): void {
  const { atMs, replicas } = recommendation;
  if (list.length === 0 || replicas !== list.latest) list.sameSinceMs = atMs;
  if (atMs < list.latestMs) list.isInOrder = false;
  if (list.isInOrder) keepOrder(list, expired);
  list.latest = replicas;
  list.latestMs = atMs;
  const index = expired >= 0 ? expired : list.length++;
  if (index === list.atMs.length) grow(list);
  list.atMs[index] = atMs;
  list.replicas[index] = replicas;
}

/** Entries are written over one after the other, and from the beginning again after the last. */
function keepOrder(list: Recommendations, expired: number): void {
  const isWhole = list.boundary === list.length - 1;
  if (expired < 0) {
    if (isWhole) list.boundary++;
  } else if (isWhole || expired === list.boundary + 1) list.boundary = expired;
  else list.isInOrder = false;
}

/**
 * Whether every recommendation since a moment was for `replicas`: so it is in a calm cluster, in which no entry needs
 * to be looked at.
 */
export function hasAskedSince(list: Recommendations, replicas: number, sinceMs: number): boolean {
  return list.isInOrder && list.latest === replicas && list.sameSinceMs < sinceMs;
}

/** The entry from before a moment that stands last; for lists in order. @returns index; -1 without one */
export function lastExpired({ atMs, length, boundary }: Recommendations, expiryMs: number): number {
  let index = boundary + 1;
  while (index < length && (atMs[index] as number) < expiryMs) index++;
  if (index > boundary + 1) return index - 1;
  index = 0;
  while (index <= boundary && (atMs[index] as number) < expiryMs) index++;
  return index - 1;
}

function grow(list: Recommendations): void {
  const capacity = list.atMs.length * 2;
  const atMs = new Float64Array(capacity);
  const replicas = new Int32Array(capacity);
  atMs.set(list.atMs);
  replicas.set(list.replicas);
  list.atMs = atMs;
  list.replicas = replicas;
}
