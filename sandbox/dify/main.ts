/** The stand-in Dify as a process: `node sandbox/dify/main.ts --world FILE …`. */
import { renameSync, writeFileSync } from 'node:fs';
import { formatError, TuneError } from '../../tuner/errors.ts';
import { KubeApi, readKubeconfig } from '../cluster/kube-api.ts';
import { loadWorld } from '../worlds/load-world.ts';
import { type CommandLine, readCommandLine } from './command-line.ts';
import { serveExternalMetrics } from './external-metrics.ts';
import { clusterPods } from './kubernetes/cluster-pods.ts';
import { staticPods } from './kubernetes/static-pods.ts';
import { startUsageWriter } from './kubernetes/usage-writer.ts';
import { UsageMeter } from './model/pod-usage.ts';
import { workflowQueue } from './queue/celery-message.ts';
import { MemoryBroker } from './queue/memory-broker.ts';
import { RedisBroker } from './queue/redis-broker.ts';
import { startStandIn } from './stand-in.ts';

const log = (line: string) => process.stderr.write(`${new Date().toISOString()} ${line}\n`);

async function main(commandLine: CommandLine): Promise<void> {
  const { pods, redisUrl } = commandLine;
  const world = loadWorld(commandLine.worldFile);
  const cluster =
    'kubeconfig' in pods ? { ...pods, api: new KubeApi(readKubeconfig(pods.kubeconfig)) } : null;
  const standIn = await startStandIn({
    world,
    pods: cluster
      ? clusterPods({ ...cluster, log })
      : staticPods(world.cluster, 'counts' in pods ? pods.counts : { api: 0, worker: 0 }),
    newBroker: (scheduler, input) =>
      redisUrl === null ? new MemoryBroker(scheduler) : RedisBroker.connect({ url: redisUrl, input, log }),
    port: commandLine.port,
    truthFile: commandLine.truthFile,
  });
  const metrics = await serveExternalMetrics({
    port: commandLine.externalMetricsPort,
    readDepth: () => standIn.dify.broker.depth(workflowQueue),
    pollSeconds: world.observation.queueMetricPollSeconds,
    isGone: () => standIn.dify.faults.active('queue-metric-gone').length > 0,
  });
  const meter = new UsageMeter(world);
  const stopUsage =
    cluster &&
    startUsageWriter({
      ...cluster,
      periodSeconds: world.observation.usageSeconds,
      measure: () => meter.measure(standIn.fleet.pods, standIn.dify.scheduler.now()),
      log,
    });
  announce(commandLine.readyFile, { httpPort: standIn.port, externalMetricsPort: metrics.port });

  const close = async () => {
    stopUsage?.();
    metrics.close();
    await standIn.close();
    cluster?.api.close();
    // Leaving it to an empty event loop hung one exit in three under load, in Node 26's own teardown.
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void close());
}

/** A reader must never see half a file. */
function announce(file: string | null, ports: { httpPort: number; externalMetricsPort: number }): void {
  const text = `${JSON.stringify({ ...ports, pid: process.pid })}\n`;
  process.stdout.write(text);
  if (file === null) return;
  writeFileSync(`${file}.part`, text);
  renameSync(`${file}.part`, file);
}

try {
  await main(readCommandLine(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof TuneError)) throw error;
  process.stderr.write(`${formatError(error)}\n`);
  // Sockets of a half-started stand-in would keep the process alive.
  process.exit(error.exitCode);
}
