import { expect, it } from 'vitest';
import type { ClusterSampleOf, PodSample } from '../contracts/cluster-sample.ts';
import { startupSeconds } from './startup-seconds.ts';

const pod = (name: string, changes: Partial<PodSample>): PodSample =>
  ({
    name,
    phase: 'Running',
    ready: false,
    readyTransitionAtSeconds: null,
    createdAtSeconds: 0,
    scheduledAtSeconds: null,
    startAtSeconds: null,
    deletedAtSeconds: null,
    node: null,
    restarts: 0,
    ...changes,
  }) as PodSample;
const list = (atSeconds: number, pods: PodSample[]) =>
  ({ type: 'pods', atSeconds, component: 'api', pods }) as unknown as ClusterSampleOf<'pods'>;

it('measures pods that were created under watch, to their first Ready', () => {
  const old = pod('old', { createdAtSeconds: -500, ready: true, readyTransitionAtSeconds: -480 });
  const samples = [
    list(0, [old]),
    list(12, [old, pod('new', { createdAtSeconds: 10, scheduledAtSeconds: 11 })]),
    list(30, [
      old,
      pod('new', {
        createdAtSeconds: 10,
        scheduledAtSeconds: 11,
        startAtSeconds: 12,
        ready: true,
        readyTransitionAtSeconds: 28,
      }),
    ]),
    // Ready was lost and came back: that is no start.
    list(90, [old, pod('new', { createdAtSeconds: 10, ready: true, readyTransitionAtSeconds: 88 })]),
  ];
  const startup = startupSeconds(samples, 'api');
  expect(startup.readySeconds).toMatchObject({ count: 1, p50: 18, max: 18 });
  expect(startup.scheduledSeconds).toMatchObject({ count: 1, p50: 1 });
  expect(startup.startedSeconds).toMatchObject({ count: 1, p50: 2 });
});

it('is null where no pod started', () => {
  expect(startupSeconds([list(0, [])], 'api').readySeconds).toBeNull();
});
