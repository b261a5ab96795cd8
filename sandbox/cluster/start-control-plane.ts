/** etcd, API server, controllers, scheduler, kwok and metrics-server, by way of kwokctl. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { componentFailed } from './component-failed.ts';
import { kwokctlConfig, kwokFiles } from './kwokctl-config.ts';
import type { PortRole } from './port-block.ts';
import { identify } from './process-identity.ts';
import { kwokClusterName, type SandboxPaths } from './sandbox-paths.ts';
import type { SandboxPlan } from './sandbox-plan.ts';
import type { SandboxRun } from './sandbox-run.ts';
import { spawnComponent } from './spawn-component.ts';
import { holdBack } from './start-gate.ts';
import { startLimitSeconds } from './start-limit.ts';

const pollMs = 200;

/** kwokctl's name of a component → the port it is given. */
const componentPorts: Readonly<Record<string, PortRole>> = {
  etcd: 'etcd',
  'kube-apiserver': 'kubeApiserver',
  'kube-controller-manager': 'kubeControllerManager',
  'kube-scheduler': 'kubeScheduler',
  'kwok-controller': 'kwokController',
  'metrics-server': 'metricsServer',
};

/**
 * Returns once kwokctl is done: everything is started and noted. What needs the API server waits for `openGate`,
 * and kwokctl with it.
 *
 * @throws TuneError SANDBOX_NOT_STARTED naming the component that ended, or kwokctl itself
 */
export async function startControlPlane(
  plan: SandboxPlan,
  run: SandboxRun,
  signal: AbortSignal,
): Promise<void> {
  const tools = holdBack(plan.tools, run.paths);
  writeFileSync(run.paths.kwokctlConfig, kwokctlConfig(tools, run.record.ports, plan.kubeVersion));
  const configs = [run.paths.kwokctlConfig, ...kwokFiles];
  const { child, log } = await spawnComponent(plan.folder, {
    name: 'kwokctl',
    program: tools.kwokctl,
    args: [
      'create',
      'cluster',
      `--name=${kwokClusterName}`,
      // Ours is written with everything inside; kwokctl's would change the user's own file.
      '--kubeconfig=',
      `--timeout=${2 * startLimitSeconds}s`,
      ...configs.map((file) => `--config=${file}`),
    ],
    // It prefers any kubectl on PATH to the one it is given.
    env: { KWOK_WORKDIR: run.paths.kwok, PATH: `${run.paths.heldBack}:${process.env.PATH}` },
  });

  let exitCode: number | null = null;
  child.once('exit', (code) => {
    exitCode = code ?? -1;
  });
  while (exitCode === null) {
    signal.throwIfAborted();
    throwIfOneEnded(run.paths);
    await sleep(pollMs, undefined, { signal }).catch(() => {});
  }
  throwIfOneEnded(run.paths);
  if (exitCode !== 0) throw componentFailed('kwokctl', `ended with exit code ${exitCode}`, log);
  noteComponents(run);
}

/** kwokctl itself would wait two minutes for an API server whose etcd has ended. */
function throwIfOneEnded(paths: SandboxPaths): void {
  for (const { name, pid, log } of kwokctlProcesses(paths)) {
    if (identify(pid) === null) throw componentFailed(name, 'ended', log);
  }
}

function noteComponents(run: SandboxRun): void {
  for (const { name, pid, log } of kwokctlProcesses(run.paths)) {
    const role = componentPorts[name];
    const port = role === undefined ? null : run.record.ports[role];
    if (run.note({ name, pid, port, log }) === null) throw componentFailed(name, 'ended', log);
  }
}

/** What kwokctl has started so far, from its pid files. */
function kwokctlProcesses({ kwokCluster }: SandboxPaths): { name: string; pid: number; log: string }[] {
  const folder = join(kwokCluster, 'pids');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.pid'))
    .map((file) => ({ name: file.slice(0, -'.pid'.length), pid: readPid(join(folder, file)) }))
    .filter(({ pid }) => pid > 0)
    .map(({ name, pid }) => ({ name, pid, log: join(kwokCluster, 'logs', `${name}.log`) }));
}

/** 0 while the file is being written. */
function readPid(file: string): number {
  return Number.parseInt(readFileSync(file, 'utf8'), 10) || 0;
}
