import { existsSync, readdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type DeploymentState, deploymentStates, type HpaState, hpaStates } from './cluster-state.ts';
import { endProcesses } from './end-processes.ts';
import { KubeApi, readKubeconfig } from './kube-api.ts';
import { isAlive, memoryBytes } from './process-identity.ts';
import { sandboxFolder, sandboxPaths } from './sandbox-paths.ts';
import { isSupervised, readRecord, recordedProcesses, type SandboxRecord } from './sandbox-record.ts';

const apiTimeoutMs = 10_000;

export interface ComponentStatus {
  readonly component: string;
  readonly pid: number;
  readonly port: number | null;
  readonly state: 'running' | 'gone';
  /** null: not running, or not to be read. */
  readonly memoryBytes: number | null;
  readonly log: string | null;
}

export interface SandboxStatus {
  readonly name: string;
  readonly folder: string;
  /** `ended`: it was up once, and its logs are still there. `absent`: there is none. */
  readonly state: 'starting' | 'up' | 'ended' | 'absent';
  readonly endedBecause: string | null;
  readonly world: string | null;
  readonly url: string | null;
  readonly upSeconds: number | null;
  readonly components: readonly ComponentStatus[];
  /** null with the reason in `clusterError`: the API server was not asked, or did not answer. */
  readonly deployments: readonly DeploymentState[] | null;
  readonly hpas: readonly HpaState[] | null;
  readonly clusterError: string | null;
}

/** Looks, and ends what a killed sandbox left running; never starts anything. */
export async function sandboxStatus(folderPath: string): Promise<SandboxStatus> {
  const folder = resolve(folderPath);
  const record = readRecord(folder);
  if (record === null) return absent(folder);
  if (!isSupervised(record)) {
    await endProcesses(folder, recordedProcesses(record));
    return {
      ...described(folder, record),
      state: 'ended',
      endedBecause: record.endedBecause ?? 'its supervisor is gone',
    };
  }
  const cluster = record.state === 'up' ? await askCluster(folder) : notAsked('it is still starting');
  return { ...described(folder, record), ...cluster };
}

/** Names of the sandboxes in the checkout that are up or have left something. */
export function sandboxNames(): string[] {
  const parent = dirname(sandboxFolder('any'));
  if (!existsSync(parent)) return [];
  return readdirSync(parent).filter((name) => readRecord(sandboxFolder(name)) !== null);
}

function described(folder: string, record: SandboxRecord): SandboxStatus {
  return {
    name: record.name,
    folder,
    state: record.state,
    endedBecause: record.endedBecause,
    world: record.world,
    url: record.url,
    upSeconds: record.upSeconds,
    components: recordedProcesses(record).map((component) => {
      const isRunning = isAlive(component);
      return {
        component: component.name,
        pid: component.pid,
        port: component.port,
        state: isRunning ? 'running' : 'gone',
        memoryBytes: isRunning ? memoryBytes(component.pid) : null,
        log: component.log,
      };
    }),
    ...notAsked('it is not up'),
  };
}

function absent(folder: string): SandboxStatus {
  return {
    name: folder.split('/').at(-1) ?? folder,
    folder,
    state: 'absent',
    endedBecause: null,
    world: null,
    url: null,
    upSeconds: null,
    components: [],
    ...notAsked('there is none'),
  };
}

type ClusterAnswers = Pick<SandboxStatus, 'deployments' | 'hpas' | 'clusterError'>;

function notAsked(reason: string): ClusterAnswers {
  return { deployments: null, hpas: null, clusterError: reason };
}

async function askCluster(folder: string): Promise<ClusterAnswers> {
  const api = new KubeApi(readKubeconfig(sandboxPaths(folder).kubeconfig));
  try {
    const signal = AbortSignal.timeout(apiTimeoutMs);
    const [deployments, hpas] = await Promise.all([deploymentStates(api, signal), hpaStates(api, signal)]);
    return { deployments, hpas, clusterError: null };
  } catch (error) {
    return notAsked(
      `the API server did not answer: ${error instanceof Error ? error.message : String(error)}`,
    );
  } finally {
    api.close();
  }
}
