import { type Noise, noiseMask } from './noise.ts';
import type { Pods } from './pods.ts';

/** More are spread by a normal approximation: one look-up each would cost too much. */
const mostDrawnSingly = 24;

/**
 * Puts each of `count` requests on a Ready pod at random.
 *
 * @param arrivals column to add to
 * @param draw where in the tables of random numbers to begin
 */
export function spreadArrivals(
  pods: Pods,
  arrivals: Float64Array,
  count: number,
  draw: { readonly noise: Noise; readonly at: number },
): void {
  if (count > mostDrawnSingly) spreadMany(pods, arrivals, count, draw);
  else spreadSingly(pods, arrivals, count, draw);
}

function spreadSingly(
  { ready, readyCount }: Pods,
  arrivals: Float64Array,
  count: number,
  { noise: { uniform }, at }: { readonly noise: Noise; readonly at: number },
): void {
  for (let index = 0; index < count; index++) {
    const luck = uniform[(at + index) & noiseMask] as number;
    const place = ready[(luck * readyCount) | 0] as number;
    arrivals[place] = (arrivals[place] as number) + 1;
  }
}

/** Binomial pod by pod, each by its normal approximation; the first pod changes, as the last takes the rest. */
function spreadMany(
  { ready, readyCount }: Pods,
  arrivals: Float64Array,
  count: number,
  { noise: { normal }, at }: { readonly noise: Noise; readonly at: number },
): void {
  let rest = count;
  for (let index = 0; index < readyCount; index++) {
    const place = ready[(index + (at >>> 0)) % readyCount] as number;
    const share = 1 / (readyCount - index);
    const luck = normal[(at + index * 7919) & noiseMask] as number;
    const drawn = rest * share + luck * Math.sqrt(rest * share * (1 - share));
    const taken = Math.min(rest, Math.max(0, drawn));
    arrivals[place] = (arrivals[place] as number) + taken;
    rest -= taken;
  }
}
