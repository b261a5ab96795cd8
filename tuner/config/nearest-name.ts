import leven from 'leven';

/**
 * The name a user probably meant.
 *
 * @returns the closest of `names` by Levenshtein distance, or null when none is within a third of its length
 * @example nearestName('stagin', ['staging', 'sandbox']) // 'staging'
 */
export function nearestName(seen: string, names: readonly string[]): string | null {
  const ranked = names
    .map((name) => ({ name, distance: leven(seen.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.max(1, Math.ceil(best.name.length / 3)) ? best.name : null;
}

/** `did you mean "x"? ` or nothing, to stand in front of a list of what is allowed. */
export function didYouMean(seen: string, names: readonly string[]): string {
  const name = nearestName(seen, names);
  return name === null ? '' : `did you mean "${name}"? `;
}
