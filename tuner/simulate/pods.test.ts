import { describe, expect, it } from 'vitest';
import { exampleModel } from './bench/example-deployment.ts';
import { noiseOf } from './noise.ts';
import { advancePods, createPods, podStates, scalePods, startWithReady } from './pods.ts';

const [api] = exampleModel.components;
if (api === undefined) throw new Error('the example has an API');
const model = { ...api, startedSeconds: [1], readySeconds: [20], drainSeconds: 10 };
const context = (freeNodes = 100) => ({ noise: noiseOf(1), freeNodes });

function podsWith(ready: number) {
  const pods = createPods(model, 10);
  startWithReady(pods, ready, 100);
  return pods;
}

describe('pods', () => {
  it('become Ready after their start-up, all that were created together', () => {
    const pods = podsWith(2);
    const here = context();
    scalePods(pods, 5, 100, here);
    expect(pods.replicas).toBe(5);
    expect(pods.readyCount).toBe(2);
    advancePods(pods, 119, here);
    expect(pods.readyCount).toBe(2);
    advancePods(pods, 120, here);
    expect(pods.readyCount).toBe(5);
  });

  it('wait for a node where there is none, and take the one that comes free', () => {
    const pods = podsWith(2);
    const here = context(1);
    scalePods(pods, 4, 0, here);
    expect(pods.scheduled).toBe(3);
    advancePods(pods, 20, here);
    expect(pods.readyCount).toBe(3);
    here.freeNodes = 1;
    advancePods(pods, 30, here);
    advancePods(pods, 50, here);
    expect(pods.readyCount).toBe(4);
  });

  it('lose the one without a node first, then the one that is starting, then the one that was Ready last', () => {
    const pods = podsWith(2);
    const here = context(2);
    scalePods(pods, 3, 0, here);
    advancePods(pods, 25, here);
    scalePods(pods, 5, 1000, here);
    const states = () => Array.from(pods.state.subarray(0, pods.used));
    expect(states().filter((state) => state === podStates.pending)).toHaveLength(1);
    scalePods(pods, 4, 1001, here);
    expect(states().filter((state) => state === podStates.pending)).toHaveLength(0);
    scalePods(pods, 3, 1002, here);
    expect(states().filter((state) => state === podStates.starting)).toHaveLength(0);
    scalePods(pods, 2, 1003, here);
    // The third pod was Ready at 20 s, the first two an hour before: 2^9.9 against 2^12.2 seconds.
    expect(pods.left).toEqual([2]);
  });

  it('hold their node until they are drained', () => {
    const pods = podsWith(3);
    const here = context(0);
    scalePods(pods, 1, 50, here);
    expect({ replicas: pods.replicas, ready: pods.readyCount }).toEqual({ replicas: 1, ready: 1 });
    expect(pods.scheduled).toBe(3);
    advancePods(pods, 59, here);
    expect(here.freeNodes).toBe(0);
    advancePods(pods, 60, here);
    expect(pods.scheduled).toBe(1);
    expect(here.freeNodes).toBe(2);
  });
});
