import type { WorldCluster } from '../worlds/cluster.ts';

/** For a pod of neither component: something a user put into the sandbox. */
const otherStartupSeconds = 1;

/**
 * How long the pods of a world take from Running to Ready: a draw for each pod, uniform over the range of its
 * component. Equal seeds give the first, second, … pod of a component equal draws, whatever the other does.
 *
 * @returns next draw in seconds for a pod with this `component` label
 * @example startupDraws({ seed: 1, cluster })('api') // within cluster.api.startupSeconds
 */
export function startupDraws(world: {
  seed: number;
  cluster: WorldCluster;
}): (component: string | undefined) => number {
  const random = { api: mulberry32(world.seed), worker: mulberry32(world.seed ^ 0x5bd1e995) };
  return (component) => {
    if (component !== 'api' && component !== 'worker') return otherStartupSeconds;
    const { min, max } = world.cluster[component].startupSeconds;
    return min + (max - min) * random[component]();
  };
}

/** Tommy Ettinger's mulberry32: 32 bits of state, good enough to spread delays. */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
