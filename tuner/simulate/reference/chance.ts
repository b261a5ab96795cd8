/** Random numbers of the reference: mulberry32, unrelated to those of the simulator. */
export interface Chance {
  readonly uniform: () => number;
  readonly normal: () => number;
  /** Log-normal with a mean and a squared coefficient of variation. */
  readonly around: (mean: number, squaredVariation: number) => number;
  readonly logNormal: (median: number, sigma: number) => number;
}

export function createChance(seed: number): Chance {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const logNormal = (median: number, sigma: number) => median * Math.exp(sigma * normal());
  return {
    uniform,
    normal,
    logNormal,
    around(mean, squaredVariation) {
      const sigma = Math.sqrt(Math.log(1 + squaredVariation));
      return logNormal(mean * Math.exp((-sigma * sigma) / 2), sigma);
    },
  };
}
