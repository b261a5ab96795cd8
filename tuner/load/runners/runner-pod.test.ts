import { describe, expect, it } from 'vitest';
import { readRunnerPod } from './runner-pod.ts';

const job = { 'batch.kubernetes.io/job-completion-index': '3' };
const operator = { app: 'k6', k6_cr: 'tune-load-1', runner: 'true', 'job-name': 'tune-load-1-2' };

describe('readRunnerPod', () => {
  it.each([
    { name: 'an Indexed Job by its annotation', metadata: { annotations: job }, index: 3 },
    { name: 'an Indexed Job by its label', metadata: { labels: job }, index: 3 },
    { name: 'k6-operator, which counts from 1', metadata: { labels: operator }, index: 1 },
  ])('knows the number of a pod of $name', ({ metadata, index }) => {
    expect(readRunnerPod({ metadata: { name: 'p', ...metadata } })?.index).toBe(index);
  });

  it('passes over pods that are no runners, such as the starter of k6-operator', () => {
    const { runner: _, ...starter } = operator;
    expect(readRunnerPod({ metadata: { name: 'p', labels: starter } })).toBeNull();
    expect(readRunnerPod({ kind: 'Status' })).toBeNull();
  });

  it.each([
    {
      name: 'no node',
      status: {
        conditions: [
          { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '3 Insufficient cpu' },
        ],
      },
      expected: { unschedulable: 'Unschedulable: 3 Insufficient cpu', isRunning: false },
    },
    {
      name: 'an image that is pulled in vain',
      status: { containerStatuses: [{ name: 'k6', state: { waiting: { reason: 'ImagePullBackOff' } } }] },
      expected: { waiting: { reason: 'ImagePullBackOff', message: '' } },
    },
    {
      name: 'a k6 that ran out of memory',
      status: {
        containerStatuses: [{ name: 'k6', state: { terminated: { exitCode: 137, reason: 'OOMKilled' } } }],
      },
      expected: { terminated: { exitCode: 137, reason: 'OOMKilled', message: '' } },
    },
    {
      name: 'a sidecar that ended, which is none of ours',
      status: {
        phase: 'Running',
        containerStatuses: [
          { name: 'proxy', state: { terminated: { exitCode: 1 } } },
          { name: 'k6', state: { running: {} } },
        ],
      },
      expected: { terminated: null, isRunning: true },
    },
    {
      name: 'a pod that was evicted before its container began',
      status: { phase: 'Failed', reason: 'Evicted', message: 'The node was low on memory.' },
      expected: { terminated: { exitCode: 1, reason: 'Evicted' }, disruption: 'Evicted' },
    },
    {
      name: 'a node that is drained',
      status: { conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' }] },
      expected: { disruption: 'EvictionByEvictionAPI' },
    },
  ])('reads $name', ({ status, expected }) => {
    expect(readRunnerPod({ metadata: { name: 'p', labels: job }, status })).toMatchObject(expected);
  });
});
