import { seededRandom } from '../stats/seeded-random.ts';

/** A power of two, so that an index is taken round by a mask. Longer than a working day in seconds. */
const length = 1 << 16;
export const noiseMask = length - 1;

/**
 * Random numbers drawn once and looked up afterwards: all settings compared meet the same luck, and a look-up
 * costs a tenth of a draw. A series longer than the table meets the same numbers again.
 */
export interface Noise {
  /** Standard normal. */
  readonly normal: Float32Array;
  /** Uniform on [0, 1). */
  readonly uniform: Float32Array;
}

const known = new Map<number, Noise>();
/** Replications of one search at the same time; each table pair is 512 KiB. */
const mostKnown = 64;

/** The tables of a seed, remembered, since every setting of a search asks for the same few. */
export function noiseOf(seed: number): Noise {
  const found = known.get(seed);
  if (found !== undefined) return found;
  if (known.size >= mostKnown) known.clear();
  const noise = drawNoise(seed);
  known.set(seed, noise);
  return noise;
}

/** Normals by the polar method's older form (Box and Muller, 1958). */
function drawNoise(seed: number): Noise {
  const random = seededRandom(seed);
  const normal = new Float32Array(length);
  const uniform = new Float32Array(length);
  for (let index = 0; index < length; index += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    normal[index] = radius * Math.cos(angle);
    normal[index + 1] = radius * Math.sin(angle);
  }
  // A float32 rounds values close below 1 up to it.
  for (let index = 0; index < length; index++) uniform[index] = Math.min(random(), 0.999999);
  return { normal, uniform };
}
