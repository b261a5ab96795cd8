import { describe, expect, it } from 'vitest';
import { applyWorkerChanges, type Back, type BackSecond, createBack, runningRuns } from './back.ts';
import { exampleModel } from './bench/example-deployment.ts';
import { stepBusy } from './busy-workers.ts';
import { createDelayHistogram } from './delay-histogram.ts';
import { createHandover, handOver } from './handover.ts';
import { noiseOf } from './noise.ts';
import { advancePods, createPods, scalePods, startWithReady } from './pods.ts';

const worker = exampleModel.components[1];
if (worker === undefined) throw new Error('the example has workers');
const noise = noiseOf(1);
const context = { noise, freeNodes: 100 };

function workers(count: number, slotsPerReplica: number): Back {
  const component = { ...worker, slotsPerReplica } as typeof worker & { slotsPerReplica: number };
  const pods = createPods(component, 6);
  startWithReady(pods, count, 100);
  const demand = { durationSeconds: 600, arrivals: { workflow: new Uint16Array(600).fill(1) }, seed: 1 };
  const back = createBack(exampleModel, component, pods, demand, { withTrace: false });
  if (back === null) throw new Error('runs come from the queue');
  return back;
}

/** Lets so many runs come in each second. @returns runs that ended */
function serve(back: Back, perSecond: number, { from, to }: { from: number; to: number }): number {
  let ended = 0;
  const coming = createHandover();
  handOver(coming, perSecond, 0, 0);
  for (let at = from; at < to; at++) {
    const second: BackSecond = {
      noise,
      atSeconds: at,
      cpuSecondsBeforeFirstToken: 0.1,
      cpuSecondsBeforeStart: 0,
      queueDelays: createDelayHistogram(),
      firstTokenDelays: createDelayHistogram(),
    };
    ended += stepBusy(back, coming, second);
  }
  return ended;
}

/** Runs on each Ready pod. */
function runsByPod({ own, pods }: Back): number[] {
  return [...pods.ready.slice(0, pods.readyCount)].map((place) => {
    const { beginning = 0, answering = 0, ending = 0 } = own?.flows[place] ?? {};
    return beginning + answering + ending;
  });
}

describe('workers whose CPU is shared', () => {
  it('are followed one by one, each with the luck of its own runs, and lose none', () => {
    const back = workers(3, 40);
    const ended = serve(back, 16, { from: 0, to: 300 });
    expect(back.isFollowed).toBe(true);
    expect(back.waiting + runningRuns(back) + ended).toBeCloseTo(16 * 300, 6);
    const runs = runsByPod(back);
    expect(Math.max(...runs) - Math.min(...runs)).toBeGreaterThan(1);
  });

  it('take no more runs than they have slots, and those that wait are served as slots come free', () => {
    const back = workers(3, 8);
    const ended = serve(back, 16, { from: 0, to: 200 });
    expect(back.waiting + runningRuns(back) + ended).toBeCloseTo(16 * 200, 6);
    expect(back.waiting).toBeGreaterThan(100);
    for (const runs of runsByPod(back)) expect(Math.abs(runs - 8)).toBeLessThan(2);
  });

  it('are taken together again once they are calm', () => {
    const back = workers(3, 40);
    const before = serve(back, 16, { from: 0, to: 60 });
    const after = serve(back, 1, { from: 60, to: 120 });
    expect(back.isFollowed).toBe(false);
    expect(back.waiting + runningRuns(back) + before + after).toBeCloseTo(16 * 60 + 60, 6);
  });

  it('begin empty, and take their own runs with them when they leave', () => {
    const back = workers(3, 40);
    serve(back, 16, { from: 0, to: 60 });
    scalePods(back.pods, 4, 60, context);
    advancePods(back.pods, 90, context);
    applyWorkerChanges(back);
    back.pods.joined.length = 0;
    expect(Math.min(...runsByPod(back))).toBe(0);
    const held = runsByPod(back);
    scalePods(back.pods, 3, 90, context);
    const gone = back.pods.left[0] as number;
    applyWorkerChanges(back);
    expect(back.detached + back.lostRuns).toBeCloseTo(held[gone] as number, 9);
  });
});
