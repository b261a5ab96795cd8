import { drawPoisson } from '../../stats/poisson.ts';
import { seededRandom } from '../../stats/seeded-random.ts';
import type { Demand, ObjectivesModel, Scaling, SimulationModel } from '../model.ts';

/** A deployment of common size for the benchmarks: chat on the API, streaming workflows through the worker. */
export const exampleModel: SimulationModel = {
  kubernetesVersion: '1.37.2',
  classes: [
    {
      name: 'chat',
      front: 'api',
      back: null,
      firstTokenSeconds: { median: 0.6, sigma: 0.25 },
      queueWaitSeconds: null,
    },
    {
      name: 'workflow',
      front: 'api',
      back: 'worker',
      firstTokenSeconds: { median: 0.8, sigma: 0.25 },
      queueWaitSeconds: { median: 0.1, sigma: 0.2 },
    },
  ],
  components: [
    {
      name: 'api',
      processes: 1,
      processMillicores: 1000,
      requestedMillicores: 1000,
      requestedMemoryBytes: 2 ** 30,
      idleMillicores: 12,
      memoryBytes: 500 * 2 ** 20,
      slotsPerReplica: 200,
      cpuMilliseconds: { chat: 143, workflow: 32 },
      cpuRatioBeforeFirstToken: { chat: 0.6, workflow: 0.5 },
      service: {
        chat: { meanSeconds: 1.2, squaredVariation: 0.1, outlivesGraceRatio: 0 },
        workflow: { meanSeconds: 1.4, squaredVariation: 0.1, outlivesGraceRatio: 0 },
      },
      startedSeconds: [1, 1, 2],
      readySeconds: [17, 19, 21],
      terminationGraceSeconds: 30,
      drainSeconds: 5,
      postgresConnections: 40,
    },
    {
      name: 'worker',
      processes: 1,
      processMillicores: 1000,
      requestedMillicores: 1000,
      requestedMemoryBytes: 2 ** 30,
      idleMillicores: 8,
      memoryBytes: 400 * 2 ** 20,
      slotsPerReplica: 20,
      cpuMilliseconds: { workflow: 160 },
      cpuRatioBeforeFirstToken: { workflow: 0.6 },
      service: { workflow: { meanSeconds: 1.3, squaredVariation: 0.1, outlivesGraceRatio: 0 } },
      startedSeconds: [1, 1, 2],
      readySeconds: [17, 19, 21],
      terminationGraceSeconds: 30,
      drainSeconds: 5,
      postgresConnections: 40,
    },
  ],
  metricPipeline: {
    resourcePeriodSeconds: 15,
    resourceWindowSeconds: 15,
    resourceLagSeconds: 4,
    usageLagSeconds: 0,
    externalPeriodSeconds: 5,
    queueMetricName: 'dify_workflow_queue_depth',
    queueCountsRunning: false,
    outages: [],
  },
  limits: {
    postgresMaxConnections: 1000,
    llmMaxConcurrentCalls: null,
    llmCallsPerMinute: null,
    schedulablePods: null,
    requestTimeoutSeconds: 120,
  },
};

export const exampleObjectives: ObjectivesModel = {
  firstTokenP95Seconds: 3,
  queueWaitP95Seconds: 5,
  errorRatio: 0.01,
};

export const exampleScaling: Scaling = {
  api: {
    hpaSpec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'my-dify-api' },
      minReplicas: 2,
      maxReplicas: 10,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } },
        },
      ],
      behavior: { scaleDown: { stabilizationWindowSeconds: 300 } },
    },
    initialReplicas: 2,
    requestedMillicores: null,
  },
  worker: {
    hpaSpec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'my-dify-worker' },
      minReplicas: 2,
      maxReplicas: 10,
      metrics: [
        {
          type: 'External',
          external: {
            metric: { name: 'dify_workflow_queue_depth' },
            target: { type: 'AverageValue', averageValue: '3' },
          },
        },
      ],
      behavior: { scaleDown: { stabilizationWindowSeconds: 300 } },
    },
    initialReplicas: 2,
    requestedMillicores: null,
  },
};

/**
 * A working day: quiet nights, two peaks, and now and then a minute that is three times as busy.
 *
 * @param fromHour of the day at which it begins
 */
export function exampleDemand(durationSeconds: number, seed: number, fromHour = 0): Demand {
  const random = seededRandom(seed);
  const chat = new Uint16Array(durationSeconds);
  const workflow = new Uint16Array(durationSeconds);
  let burst = 1;
  for (let second = 0; second < durationSeconds; second++) {
    if (second % 60 === 0) burst = random() < 0.02 ? 3 : 1;
    const hours = (fromHour + second / 3600) % 24;
    const daily =
      0.15 + Math.exp(-(((hours - 10) / 2.5) ** 2)) + 0.8 * Math.exp(-(((hours - 15) / 2.5) ** 2));
    chat[second] = drawPoisson(4 * daily * burst, random);
    workflow[second] = drawPoisson(2 * daily * burst, random);
  }
  return { durationSeconds, arrivals: { chat, workflow }, seed };
}
