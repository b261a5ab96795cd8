import { describe, expect, it } from 'vitest';
import type { ClusterSample, ClusterSampleOf } from '../contracts/cluster-sample.ts';
import { LoadRecording } from './load-recording.ts';
import { metricPipeline } from './metric-pipeline.ts';
import { observe } from './observation.ts';

/** Of a pod whose sample of `timestampAtSeconds` was found by a read, and not by the one 2 s before it. */
function usage(timestampAtSeconds: number, foundAtSeconds: number): ClusterSampleOf<'usage'> {
  return {
    type: 'usage',
    atSeconds: foundAtSeconds,
    previousReadAtSeconds: foundAtSeconds - 2,
    component: 'api',
    pods: [
      {
        name: 'api-1',
        timestampAtSeconds,
        windowSeconds: 15,
        containers: { api: { cpuMillicores: 1, memoryBytes: 1 } },
      },
    ],
  };
}

interface Status {
  readonly version: number;
  readonly utilization: number;
  readonly spec?: Record<string, unknown>;
}

function hpa(atSeconds: number, { version, utilization, spec = {} }: Status): ClusterSampleOf<'hpa'> {
  return {
    type: 'hpa',
    atSeconds,
    component: 'api',
    name: 'my-dify-api',
    resourceVersion: String(version),
    spec,
    currentReplicas: 1,
    desiredReplicas: 1,
    currentMetrics: [{ resource: { current: { averageUtilization: utilization } } }],
    conditions: [],
    lastScaleAtSeconds: null,
  };
}

const pipelineOf = (samples: ClusterSample[]) =>
  metricPipeline(observe(new LoadRecording(), samples).samples);

describe('metricPipeline', () => {
  it('takes how often the recording looked out of the age at which samples can be read', () => {
    // Readable between 0.5 and 2.5, 0.1 and 2.1, and 0 and 0.9 s after the timestamp: from 0.5 to 0.9 fits all.
    const samples = [usage(-7, 6), usage(8, 10.5), usage(23, 25.1), usage(38, 38.9)];
    expect(pipelineOf(samples).resourceLagSeconds).toBeCloseTo(0.7, 9);
    expect(pipelineOf(samples).resourcePeriodSeconds).toBe(15);
  });

  it('takes the median of what each read allows where no age fits all of them', () => {
    // 0.5–2.5, 3–5 and 0–0.9 s: middles 1.5, 4 and 0.45.
    const samples = [usage(-7, 6), usage(8, 10.5), usage(23, 28), usage(38, 38.9)];
    expect(pipelineOf(samples).resourceLagSeconds).toBeCloseTo(1.5, 9);
  });

  it('knows when samples, polls and syncs came, from the one in the middle of the run', () => {
    const polls = [4.4, 9.4, 14.4].map(
      (timestampAtSeconds): ClusterSample => ({
        type: 'externalMetric',
        atSeconds: timestampAtSeconds + 1,
        previousReadAtSeconds: null,
        name: 'depth',
        selector: '',
        values: [{ milliValue: 0, timestampAtSeconds, labels: {} }],
      }),
    );
    const samples = [
      ...[usage(-7, 6), usage(8, 10), usage(23, 25), usage(38, 39)],
      ...polls,
      hpa(0, { version: 1, utilization: 10 }),
      hpa(11, { version: 2, utilization: 20 }),
      hpa(26.02, { version: 3, utilization: 30 }),
      hpa(41.04, { version: 4, utilization: 40 }),
    ];
    expect(pipelineOf(samples)).toMatchObject({
      resourceSampleAtSeconds: 23,
      externalSampleAtSeconds: 9.4,
      syncAtSeconds: { api: 26.02 },
    });
  });

  it('takes no repeat of a status and no new spec for a sync', () => {
    const samples = [
      hpa(0, { version: 1, utilization: 10 }),
      hpa(15, { version: 1, utilization: 10 }),
      hpa(17, { version: 2, utilization: 10, spec: { maxReplicas: 3 } }),
    ];
    expect(pipelineOf(samples).syncAtSeconds).toEqual({});
  });

  it('says null where nothing was seen', () => {
    expect(pipelineOf([])).toMatchObject({
      resourceLagSeconds: null,
      resourceSampleAtSeconds: null,
      externalSampleAtSeconds: null,
      syncAtSeconds: {},
    });
  });
});
