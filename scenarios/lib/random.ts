/**
 * A seeded source of numbers, the same for the same arguments on any runner: an iteration's prompt depends on its
 * number, not on the VU or the machine it runs on. The hash is FNV-1a, the generator mulberry32; neither is for secrets.
 *
 * @returns a function that yields the next number, 0 ≤ x < 1
 */
export function randomOf(...seeds: readonly (string | number)[]): () => number {
  let state = 0x811c9dc5;
  const text = seeds.join('/');
  // By index: k6's engine takes three times as long to go through a text by its iterator.
  for (let at = 0; at < text.length; at++) state = Math.imul(state ^ text.charCodeAt(at), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
