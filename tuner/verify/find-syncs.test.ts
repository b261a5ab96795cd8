import { describe, expect, it } from 'vitest';
import type { ClusterSampleOf } from '../contracts/cluster-sample.ts';
import { findSyncs } from './find-syncs.ts';

function hpaAt(atSeconds: number, resourceVersion: string, changes: Partial<ClusterSampleOf<'hpa'>> = {}) {
  return {
    type: 'hpa',
    atSeconds,
    component: 'api',
    name: 'my-dify-api',
    resourceVersion,
    spec: {},
    currentReplicas: 1,
    desiredReplicas: 1,
    currentMetrics: [],
    conditions: [],
    lastScaleAtSeconds: null,
    ...changes,
  } satisfies ClusterSampleOf<'hpa'>;
}

const summary = (samples: ClusterSampleOf<'hpa'>[]) =>
  findSyncs(samples, 15).map(({ atSeconds, isObserved }) => [atSeconds, isObserved]);

describe('findSyncs', () => {
  it('takes a changed status for the end of a sync', () => {
    expect(summary([hpaAt(0, '10'), hpaAt(15, '12', { desiredReplicas: 2 })])).toEqual([[15, true]]);
  });

  it('takes a repeat of the same version for none', () => {
    expect(summary([hpaAt(0, '10'), hpaAt(7, '10'), hpaAt(15, '12', { desiredReplicas: 2 })])).toEqual([
      [15, true],
    ]);
  });

  it('takes a new version with the same status for an edit, not for a sync', () => {
    expect(summary([hpaAt(0, '10'), hpaAt(5, '11', { spec: { maxReplicas: 9 } })])).toEqual([]);
  });

  it('puts in the syncs that changed nothing, one a period', () => {
    const syncs = summary([hpaAt(0, '10'), hpaAt(60.2, '12', { desiredReplicas: 2 })]);
    expect(syncs).toEqual([
      [15, false],
      [30, false],
      [45, false],
      [60.2, true],
    ]);
  });

  it('puts none in where a sync was only a little late', () => {
    expect(summary([hpaAt(0, '10'), hpaAt(18, '12', { desiredReplicas: 2 })])).toEqual([[18, true]]);
  });
});
