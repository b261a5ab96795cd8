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
}

/** Enough for the default window at the default sync period. */
const initialCapacity = 32;

export function createRecommendations(): Recommendations {
  return { length: 0, atMs: new Float64Array(initialCapacity), replicas: new Int32Array(initialCapacity) };
}

/** `expired` index of an entry to write over, -1 to append. */
export function recordRecommendation(
  list: Recommendations,
  expired: number,
  recommendation: { readonly atMs: number; readonly replicas: number },
): void {
  const index = expired >= 0 ? expired : list.length++;
  if (index === list.atMs.length) grow(list);
  list.atMs[index] = recommendation.atMs;
  list.replicas[index] = recommendation.replicas;
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
