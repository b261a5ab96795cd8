/** From an empty folder to a sandbox that answers: the order of things. */
import { join } from 'node:path';
import type { World } from '../worlds/world.ts';
import { apiServerReady } from './api-server-ready.ts';
import { areNodesReady, isQueueMetricServed } from './cluster-state.ts';
import { componentFailed } from './component-failed.ts';
import { createObjects } from './create-objects.ts';
import { integrateUsage } from './integrate-usage.ts';
import { KubeApi, type KubeCredentials } from './kube-api.ts';
import { nodeManifests } from './node-manifests.ts';
import { startPods } from './pod-starter.ts';
import { queueMetricManifests } from './queue-metric-manifests.ts';
import { releaseManifests } from './release-manifests.ts';
import type { SandboxPlan } from './sandbox-plan.ts';
import type { SandboxRun } from './sandbox-run.ts';
import { startControlPlane } from './start-control-plane.ts';
import { openGate } from './start-gate.ts';
import { startLimitMs, startLimitSeconds } from './start-limit.ts';
import { startRedis } from './start-redis.ts';
import { startStandIn } from './start-stand-in.ts';
import { startupDraws } from './startup-seconds.ts';
import { writeTarget } from './target-file.ts';
import { waitUntil } from './wait-until.ts';

export interface BringUpOptions {
  readonly plan: SandboxPlan;
  readonly world: World;
  readonly run: SandboxRun;
  readonly signal: AbortSignal;
  readonly onStep: (step: string) => void;
}

/**
 * Returns once the API server answers, all nodes are Ready, the objects of the release exist and the stand-in
 * serves /health. The pods are starting then: see wait-until-ready-for-load.ts.
 *
 * @throws TuneError SANDBOX_NOT_STARTED, or the signal's reason
 */
export async function bringUp(options: BringUpOptions): Promise<void> {
  const { plan, run, signal, onStep } = options;
  onStep('starting etcd, the API server, controllers, scheduler, kwok, metrics-server and Redis');
  await Promise.all([startControlPlane(plan, run, signal), startRelease(options)]);
}

/** Does not wait for kwokctl, which adds the objects of metrics-server meanwhile. */
async function startRelease(options: BringUpOptions): Promise<void> {
  const { plan, world, run, signal, onStep } = options;
  const [credentials] = await Promise.all([
    untilGateOpens(options),
    startRedis(plan.tools.redisServer, run, signal),
  ]);
  const api = new KubeApi(credentials);
  onStep('creating the nodes and the release');
  const nodes = nodeManifests(world.cluster.nodes);
  const manifests = releaseManifests(world);
  await createObjects(api, nodes, signal);
  await createObjects(api, manifests.surroundings, signal);
  void startPods({ api, signal, drawSeconds: startupDraws(world) });
  void integrateUsage({
    port: run.record.ports.kwokController,
    ca: credentials.ca,
    nodes: nodes.map(({ metadata }) => metadata?.name ?? ''),
    signal,
  });

  onStep('starting the stand-in Dify');
  const [ports] = await Promise.all([
    startStandIn(plan.worldFile, run, signal),
    // Pods that find no node, or an HPA no metric, leave warnings behind that any run would record.
    waitForNodes(api, run, signal).then(() => createObjects(api, manifests.deployments, signal)),
  ]);
  onStep('connecting the queue metric and the HPAs');
  await createObjects(api, queueMetricManifests(ports.externalMetricsPort), signal);
  await waitForQueueMetric(api, run, signal);
  await createObjects(api, manifests.autoscalers, signal);

  const url = `http://127.0.0.1:${ports.httpPort}`;
  writeTarget(run.paths, {
    context: contextName(plan),
    url,
    redisPort: run.record.ports.redis,
    postgresMaxConnections: world.postgres.maxConnections,
  });
  run.update({ url });
}

async function untilGateOpens({ plan, run, signal }: BringUpOptions): Promise<KubeCredentials> {
  const credentials = await apiServerReady(run, contextName(plan), signal);
  openGate(run.paths);
  return credentials;
}

export function contextName(plan: Pick<SandboxPlan, 'name'>): string {
  return `sandbox-${plan.name}`;
}

async function waitForNodes(api: KubeApi, run: SandboxRun, signal: AbortSignal): Promise<void> {
  const log = join(run.paths.kwokCluster, 'logs', 'kwok-controller.log');
  await waitUntil(() => areNodesReady(api, signal), {
    timeoutMs: startLimitMs,
    everyMs: 100,
    signal,
    onTimeout: (cause) =>
      componentFailed(
        'kwok-controller',
        `did not make all nodes Ready within ${startLimitSeconds} s`,
        log,
        cause,
      ),
  });
}

async function waitForQueueMetric(api: KubeApi, run: SandboxRun, signal: AbortSignal): Promise<void> {
  const log = join(run.paths.logs, 'dify.log');
  await waitUntil(() => isQueueMetricServed(api, signal), {
    timeoutMs: startLimitMs,
    everyMs: 100,
    signal,
    onTimeout: (cause) =>
      componentFailed('the queue metric', `was not served within ${startLimitSeconds} s`, log, cause),
  });
}
