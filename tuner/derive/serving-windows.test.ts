import { describe, expect, it } from 'vitest';
import type { ClusterSample } from '../contracts/cluster-sample.ts';
import { LoadRecording } from './load-recording.ts';
import { observe } from './observation.ts';
import { servingWindows } from './serving-windows.ts';

const component = 'worker';

function scale(atSeconds: number, readyReplicas: number): ClusterSample {
  return {
    type: 'scale',
    atSeconds,
    component,
    deployment: 'my-dify-worker',
    specReplicas: readyReplicas,
    statusReplicas: readyReplicas,
    readyReplicas,
    observedGeneration: 1,
    resourceVersion: '1',
  };
}

/** Window of 15 s that ends at `to`; usage by pod. */
function usage(to: number, millicores: Record<string, number>): ClusterSample {
  return {
    type: 'usage',
    atSeconds: to + 1,
    component,
    previousReadAtSeconds: null,
    pods: Object.entries(millicores).map(([name, cpuMillicores]) => ({
      name,
      timestampAtSeconds: to,
      windowSeconds: 15,
      containers: { worker: { cpuMillicores, memoryBytes: 1 } },
    })),
  };
}

interface PodMarks {
  readonly readyAt: number | null;
  readonly deletedAt?: number;
}

function pods(atSeconds: number, marks: Record<string, PodMarks>): ClusterSample {
  return {
    type: 'pods',
    atSeconds,
    component,
    resourceVersion: '1',
    pods: Object.entries(marks).map(([name, { readyAt, deletedAt }]) => ({
      name,
      phase: 'Running',
      ready: readyAt !== null,
      readyStatus: readyAt === null ? 'False' : 'True',
      readyTransitionAtSeconds: readyAt,
      createdAtSeconds: 0,
      scheduledAtSeconds: 0,
      startAtSeconds: 0,
      deletedAtSeconds: deletedAt ?? null,
      node: 'node',
      restarts: 0,
      requests: {},
      podRequests: null,
    })),
  };
}

function windows(...samples: ClusterSample[]) {
  return servingWindows(observe(new LoadRecording(), samples), component);
}

describe('servingWindows', () => {
  it('leaves out what pods use that are starting', () => {
    const found = windows(
      scale(0, 1),
      pods(20, { old: { readyAt: 0 }, young: { readyAt: null } }),
      usage(30, { old: 150, young: 900 }),
    );
    expect(found).toEqual([{ range: { from: 15, to: 30 }, replicas: 1, millicoresPerReplica: 150 }]);
  });

  it('leaves out a pod whose start may still be in the window, but counts its share of the load', () => {
    const found = windows(
      scale(0, 2),
      pods(12, { old: { readyAt: 0 }, young: { readyAt: 10 } }),
      usage(30, { old: 150, young: 400 }),
      usage(45, { old: 150, young: 160 }),
    );
    expect(found).toEqual([
      { range: { from: 15, to: 30 }, replicas: 2, millicoresPerReplica: 150 },
      { range: { from: 30, to: 45 }, replicas: 2, millicoresPerReplica: 155 },
    ]);
  });

  it('leaves out a pod that is ending', () => {
    const found = windows(
      scale(0, 1),
      pods(20, { old: { readyAt: 0 }, ending: { readyAt: 0, deletedAt: 10 } }),
      usage(30, { old: 150, ending: 60 }),
    );
    expect(found.map(({ millicoresPerReplica }) => millicoresPerReplica)).toEqual([150]);
  });

  it('takes no window in which a replica came, and none that began before the run', () => {
    expect(windows(scale(0, 1), scale(20, 2), usage(30, { a: 150, b: 150 }))).toEqual([]);
    expect(windows(scale(-30, 1), usage(10, { a: 150 }))).toEqual([]);
  });

  it('without pods recorded takes windows in which as many were measured as were Ready', () => {
    expect(windows(scale(0, 1), usage(30, { a: 150, b: 900 }))).toEqual([]);
    expect(windows(scale(0, 2), usage(30, { a: 150, b: 250 }))).toHaveLength(1);
  });
});
