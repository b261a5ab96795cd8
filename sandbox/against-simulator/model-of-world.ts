import { mean, quantile, sampleVariance } from 'simple-statistics';
import type { ComponentModel, LogNormal, ServiceModel, SimulationModel } from '../../tuner/simulate/model.ts';
import { logNormalThrough } from '../../tuner/stats/log-normal.ts';
import type { Component } from '../dify/kubernetes/pod-source.ts';
import { staticPod } from '../dify/kubernetes/static-pods.ts';
import { coresForRequests } from '../dify/model/cpu.ts';
import { celeryOf, gunicornOf } from '../dify/model/pod-env.ts';
import type { World } from '../worlds/world.ts';
import { type Driven, driveWorld } from './drive-world.ts';
import type { TimedExchange } from './timed-exchange.ts';

/** Of what a run costs before its model is called, the share before `workflow_started` (workflow-run.ts). */
const ratioBeforeFirstEvent = 0.4;
const calmSeconds = 900;
const calmReplicas = { api: 40, worker: 40 };

/**
 * A world as the simulator knows it: its truth where a number stands in the file, and what is measured where nothing
 * waits (one request in two seconds on forty pods of each kind) for latencies, times in slots and CPU.
 */
export function modelOfWorld(world: World, requestTimeoutSeconds: number): SimulationModel {
  const rate = Array.from({ length: calmSeconds }, (_, second) => second % 2);
  const none = new Uint16Array(calmSeconds);
  const calm = { world, replicas: calmReplicas, requestTimeoutSeconds: 1000, seed: 99 };
  const chats = driveWorld({ ...calm, chats: rate, runs: none });
  const runs = driveWorld({ ...calm, chats: none, runs: rate });
  return {
    kubernetesVersion: '1.37.2',
    classes: [
      {
        name: 'chat',
        front: 'api',
        back: null,
        firstTokenSeconds: spreadOf(chats.chats, firstToken),
        queueWaitSeconds: null,
      },
      {
        name: 'workflow',
        front: 'api',
        back: 'worker',
        firstTokenSeconds: spreadOf(runs.runs, firstToken),
        queueWaitSeconds: spreadOf(runs.runs, queueWait),
      },
    ],
    components: [apiOf(world, chats, runs), workerOf(world, runs)],
    metricPipeline: {
      resourcePeriodSeconds: 15,
      resourceWindowSeconds: 15,
      resourceLagSeconds: 0,
      usageLagSeconds: 0,
      externalPeriodSeconds: 5,
      queueMetricName: 'queue',
      queueCountsRunning: false,
      outages: [],
    },
    limits: {
      postgresMaxConnections: null,
      llmMaxConcurrentCalls: null,
      llmCallsPerMinute: null,
      schedulablePods: null,
      requestTimeoutSeconds,
    },
  };
}

/** To `workflow_started`, seconds; NaN without it. */
export function queueWait({ startedAt, sentAt }: TimedExchange): number {
  return (startedAt ?? Number.NaN) - sentAt;
}

/** Seconds; NaN without a token. */
export function firstToken({ firstTokenAt, sentAt }: TimedExchange): number {
  return (firstTokenAt ?? Number.NaN) - sentAt;
}

function apiOf(world: World, chats: Driven, runs: Driven): ComponentModel {
  const pod = staticPod(world.cluster, 'api', 0);
  const { workers, connections } = gunicornOf(pod);
  const { chat } = world.cpuMs;
  const ofChat = (chats.apiCpuSeconds / chats.chats.length) * 1000;
  return {
    ...podOf(world, 'api', workers),
    slotsPerReplica: workers * connections,
    cpuMilliseconds: { chat: ofChat, workflow: (runs.apiCpuSeconds / runs.runs.length) * 1000 },
    cpuRatioBeforeFirstToken: { chat: (chat.beforeLlm + chat.perToken) / ofChat },
    service: { chat: serviceOf(chats.chats, 0), workflow: serviceOf(runs.runs, 0) },
  };
}

function workerOf(world: World, runs: Driven): ComponentModel {
  const { concurrency, isGevent } = celeryOf(staticPod(world.cluster, 'worker', 0));
  const pod = podOf(world, 'worker', isGevent ? 1 : concurrency);
  const { workflowRun, workflowRequest } = world.cpuMs;
  const ofRun = (runs.workerCpuSeconds / runs.finishedRuns) * 1000;
  const acceptSeconds = workflowRequest.accept / podOf(world, 'api', 1).processMillicores;
  return {
    ...pod,
    slotsPerReplica: concurrency,
    cpuMilliseconds: { workflow: ofRun },
    cpuRatioBeforeFirstToken: { workflow: (workflowRun.beforeLlm + workflowRun.perToken) / ofRun },
    cpuRatioBeforeStart: { workflow: (workflowRun.beforeLlm * ratioBeforeFirstEvent) / ofRun },
    service: { workflow: serviceOf(runs.runs, acceptSeconds) },
  };
}

function podOf(world: World, name: Component, processes: number) {
  const { limits, terminationGraceSeconds, requests } = world.cluster[name];
  const { idleCpuMillicores } = world[name];
  const cores = coresForRequests((limits?.cpuMillicores ?? processes * 1000) / 1000, idleCpuMillicores);
  return {
    name,
    processes,
    processMillicores: Math.min(1000, (cores / processes) * 1000),
    requestedMillicores: requests?.cpuMillicores ?? null,
    requestedMemoryBytes: null,
    idleMillicores: idleCpuMillicores,
    memoryBytes: 0,
    startedSeconds: [0],
    readySeconds: [0],
    terminationGraceSeconds,
    drainSeconds: 10,
    postgresConnections: 0,
  };
}

function spreadOf(requests: readonly TimedExchange[], secondsOf: (one: TimedExchange) => number): LogNormal {
  const seconds = requests.map(secondsOf).filter(Number.isFinite);
  return logNormalThrough(quantile(seconds, 0.05), quantile(seconds, 0.95));
}

/** @param beforeSeconds of a request that passed before its slot was taken */
function serviceOf(requests: readonly TimedExchange[], beforeSeconds: number): ServiceModel {
  const seconds = requests.flatMap(({ endedAt, sentAt }) =>
    endedAt === null ? [] : [endedAt - sentAt - beforeSeconds],
  );
  const meanSeconds = mean(seconds);
  return {
    meanSeconds,
    squaredVariation: sampleVariance(seconds) / meanSeconds ** 2,
    outlivesGraceRatio: 0,
  };
}
