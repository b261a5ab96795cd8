import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { componentFailed } from './component-failed.ts';
import { KubeApi, type KubeCredentials, readKubeconfig } from './kube-api.ts';
import type { SandboxRun } from './sandbox-run.ts';
import { startLimitMs, startLimitSeconds } from './start-limit.ts';
import { waitUntil } from './wait-until.ts';
import { writeKubeconfig } from './write-kubeconfig.ts';

/**
 * Waits until kwokctl has started the API server and that says it is ready: roles, priority classes and namespaces
 * are there then, which /version, asked by kwokctl, does not wait for. Writes the kubeconfig on the way.
 *
 * @throws TuneError SANDBOX_NOT_STARTED
 */
export async function apiServerReady(
  run: SandboxRun,
  context: string,
  signal: AbortSignal,
): Promise<KubeCredentials> {
  const { kwokCluster, kubeconfig, logs } = run.paths;
  const log = join(kwokCluster, 'logs', 'kube-apiserver.log');
  const inTime = `within ${startLimitSeconds} s`;
  const waiting = { timeoutMs: startLimitMs, everyMs: 100, signal };

  // Its certificates are complete once it runs.
  await waitUntil(() => existsSync(join(kwokCluster, 'pids', 'kube-apiserver.pid')), {
    ...waiting,
    onTimeout: () => componentFailed('kwokctl', `started no API server ${inTime}`, join(logs, 'kwokctl.log')),
  });
  const server = `https://127.0.0.1:${run.record.ports.kubeApiserver}`;
  writeKubeconfig({ file: kubeconfig, context, server, pki: join(kwokCluster, 'pki') });
  const credentials = readKubeconfig(kubeconfig);
  const api = new KubeApi(credentials);
  try {
    await waitUntil(async () => (await api.get('/readyz', signal)) === 'ok', {
      ...waiting,
      onTimeout: (cause) => componentFailed('kube-apiserver', `was not ready ${inTime}`, log, cause),
    });
  } finally {
    api.close();
  }
  return credentials;
}
