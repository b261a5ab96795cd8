import type { Scaling, SimulationModel } from '../model.ts';
import { outlivesGraceRatio } from '../usual-latency.ts';
import type { CaseTemplate } from './compare-with-reference.ts';
import type { ReferencePods, ReferenceRequest } from './reference-case.ts';

/** The case as the time-step simulator knows it: the same truth, in the form that evidence would give it. */
export function modelOf(template: CaseTemplate): SimulationModel {
  return {
    kubernetesVersion: '1.37.2',
    classes: classesOf(template),
    components: componentsOf(template),
    metricPipeline: pipelineOf(template),
    limits: {
      postgresMaxConnections: null,
      llmMaxConcurrentCalls: null,
      llmCallsPerMinute: null,
      schedulablePods: null,
      requestTimeoutSeconds: template.patienceSeconds ?? 1e6,
    },
  };
}

function classesOf({ chat, run }: CaseTemplate): SimulationModel['classes'] {
  return [
    {
      name: 'chat',
      front: 'api',
      back: null,
      firstTokenSeconds: { median: chat.firstTokenMedian, sigma: chat.firstTokenSigma },
      queueWaitSeconds: null,
    },
    {
      name: 'workflow',
      front: 'api',
      back: 'worker',
      firstTokenSeconds: { median: run.firstTokenMedian, sigma: run.firstTokenSigma },
      // Nothing but the API's acceptance comes before the queue.
      queueWaitSeconds: { median: Math.max(0.001, run.relayCpuSeconds / 2), sigma: 0 },
    },
  ];
}

function componentsOf({ api, worker, chat, run }: CaseTemplate): SimulationModel['components'] {
  const milliseconds = (seconds: number) => seconds * 1000;
  return [
    {
      ...podsOf(api),
      name: 'api',
      cpuMilliseconds: {
        chat: milliseconds(chat.cpuBefore + chat.cpuAfter),
        workflow: milliseconds(run.relayCpuSeconds),
      },
      cpuRatioBeforeFirstToken: { chat: ratioBefore(chat), workflow: 0.5 },
      service: { chat: serviceOf(chat, api), workflow: serviceOf(run, api) },
    },
    {
      ...podsOf(worker),
      name: 'worker',
      cpuMilliseconds: { workflow: milliseconds(run.cpuBefore + run.cpuAfter) },
      cpuRatioBeforeFirstToken: { workflow: ratioBefore(run) },
      service: { workflow: serviceOf(run, worker) },
    },
  ];
}

function serviceOf({ serviceSeconds, squaredVariation }: ReferenceRequest, pods: ReferencePods) {
  const sigma = Math.sqrt(Math.log(1 + squaredVariation));
  return {
    meanSeconds: serviceSeconds,
    squaredVariation,
    outlivesGraceRatio: outlivesGraceRatio(serviceSeconds, sigma, graceOf(pods)),
  };
}

function pipelineOf({ scaling }: CaseTemplate): SimulationModel['metricPipeline'] {
  return {
    resourcePeriodSeconds: scaling?.scrapeSeconds ?? 15,
    resourceWindowSeconds: scaling?.scrapeSeconds ?? 15,
    resourceLagSeconds: scaling?.lagSeconds ?? 0,
    usageLagSeconds: 0,
    externalPeriodSeconds: 1,
    queueMetricName: 'queue',
    queueCountsRunning: false,
    outages: [],
  };
}

function ratioBefore({ cpuBefore, cpuAfter }: ReferenceRequest): number {
  return cpuBefore / (cpuBefore + cpuAfter);
}

function graceOf({ graceSeconds = 30 }: ReferencePods): number {
  return graceSeconds;
}

export function podsOf(pods: ReferencePods) {
  const [shortest, longest] = pods.readySeconds;
  return {
    processes: pods.processes,
    processMillicores: pods.speed * 1000,
    requestedMillicores: pods.requestedMillicores,
    requestedMemoryBytes: null,
    idleMillicores: 0,
    memoryBytes: 0,
    slotsPerReplica: pods.slots,
    startedSeconds: [0],
    readySeconds: [shortest, longest],
    terminationGraceSeconds: graceOf(pods),
    drainSeconds: 10,
    postgresConnections: 0,
  };
}

export function scalingOf({ api, worker, scaling }: CaseTemplate): Scaling {
  const one = (name: 'api' | 'worker', replicas: number) => ({
    hpaSpec: scaling?.component === name ? scaling.spec : null,
    initialReplicas: replicas,
    requestedMillicores: null,
  });
  return { api: one('api', api.replicas), worker: one('worker', worker.replicas) };
}
