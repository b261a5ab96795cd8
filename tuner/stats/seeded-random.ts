import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/**
 * A source of random numbers that gives the same sequence for the same seed on every machine.
 *
 * @param seed any integer; near seeds give unrelated sequences
 * @returns function that draws uniformly from [0, 1)
 * @see xoroshiro128+ (Blackman and Vigna, 2018), by the library pure-rand
 */
export function seededRandom(seed: number): () => number {
  const generator = xoroshiro128plus(seed);
  return () => uniformFloat64(generator);
}
