import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { toolPath } from '../../../../scripts/tools/tool-paths.ts';

const checkout = join(import.meta.dirname, '..', '..', '..', '..');
const serverFolder = join(import.meta.dirname, 'stand-in-server');

/** The port of this machine behind which kind-config.yaml puts the Service API. */
export const servicePort = 30_500;
export const k6Image = 'tune-test/k6:1';
export const appKey = 'app-secret-of-the-kind-test';
export const namespace = 'dify';

/** What is missing for a kind cluster; null: nothing. */
export async function missingForKind(): Promise<string | null> {
  const engine = await execa('docker', ['info'], { reject: false });
  if (engine.failed) return 'no Docker engine answers (docker info)';
  const kind = await execa('kind', ['version'], { reject: false });
  return kind.failed ? 'kind is not on PATH' : null;
}

export interface KindCluster {
  readonly kubeconfig: string;
  kubectl(...args: readonly string[]): Promise<string>;
  /** Requests that the stand-in has seen. */
  counts(): Promise<{ begun: number; ended: number; refused: number }>;
  /** Every stream and watch breaks; the kubelet starts it again. */
  killApiServer(): Promise<void>;
  remove(): Promise<void>;
}

/**
 * A cluster by kind-config.yaml, with the k6 image and a stand-in for Dify's API in it. TUNE_KIND_IMAGE names another
 * node image than kind's own, for machines that cannot pull one.
 */
export async function createKindCluster(): Promise<KindCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'tune-kind-'));
  const name = `tune-${process.pid}`;
  const kubeconfig = join(folder, 'kubeconfig');
  const image = process.env.TUNE_KIND_IMAGE;
  const kubectl = async (...args: readonly string[]) => {
    const { stdout } = await execa(toolPath('kubectl'), ['--kubeconfig', kubeconfig, ...args]);
    return stdout;
  };
  const remove = async () => {
    await execa('kind', ['delete', 'cluster', '--name', name], { reject: false });
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await buildImages(folder);
    await execa('kind', [
      ...['create', 'cluster', '--name', name, '--kubeconfig', kubeconfig, '--wait', '180s'],
      ...['--config', join(checkout, 'kind-config.yaml')],
      ...(image === undefined ? [] : ['--image', image]),
    ]);
    await execa('kind', ['load', 'docker-image', '--name', name, k6Image, serverImage]);
    const manifest = join(folder, 'dify.yaml');
    writeFileSync(manifest, release());
    await kubectl('apply', '-f', manifest);
    await kubectl('-n', namespace, 'rollout', 'status', 'deployment', '--timeout=120s');
    await kubectl('-n', 'kube-system', 'rollout', 'status', 'deployment/coredns', '--timeout=120s');
    await untilServed();
    const killApiServer = async () => {
      await execa('docker', ['exec', `${name}-control-plane`, 'pkill', '-KILL', 'kube-apiserver']);
    };
    return { kubeconfig, kubectl, counts, killApiServer, remove };
  } catch (thrown) {
    await remove();
    throw thrown;
  }
}

const serverImage = 'tune-test/stand-in:1';

async function buildImages(folder: string): Promise<void> {
  await execa(process.execPath, [join(checkout, 'scripts', 'tools', 'k6-image.ts'), k6Image]);
  const env = { CGO_ENABLED: '0', GOFLAGS: '-mod=mod', GOWORK: 'off' };
  await execa('go', ['build', '-trimpath', '-o', join(folder, 'server'), '.'], { cwd: serverFolder, env });
  writeFileSync(join(folder, 'Containerfile'), 'FROM scratch\nCOPY server /server\nENTRYPOINT ["/server"]\n');
  await execa('docker', ['build', '-q', '-f', join(folder, 'Containerfile'), '-t', serverImage, folder]);
}

/** kube-proxy takes a while to make its rules. */
async function untilServed(): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await counts();
      return;
    } catch (thrown) {
      if (attempt >= 60) throw thrown;
      await sleep(1_000);
    }
  }
}

async function counts(): Promise<{ begun: number; ended: number; refused: number }> {
  const answer = await fetch(`http://127.0.0.1:${servicePort}/count`);
  return (await answer.json()) as { begun: number; ended: number; refused: number };
}

/** A release in name alone: what tune looks for, with the stand-in in the API's place. */
function release(): string {
  const deployment = (component: string) => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: my-dify-${component}, namespace: ${namespace} }
spec:
  replicas: 1
  selector: { matchLabels: { component: ${component} } }
  template:
    metadata: { labels: { component: ${component} } }
    spec:
      securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: RuntimeDefault } }
      containers:
        - name: ${component}
          image: ${serverImage}
          imagePullPolicy: Never
          env: [{ name: APP_KEY, value: ${appKey} }]
          readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 }
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } }
          resources: { requests: { cpu: 50m, memory: 32Mi } }
---`;
  return `
apiVersion: v1
kind: Namespace
metadata:
  name: ${namespace}
  annotations: { tune.dify.ai/testable: "true" }
  labels: { pod-security.kubernetes.io/enforce: restricted }
---
apiVersion: v1
kind: Service
metadata: { name: my-dify-api, namespace: ${namespace} }
spec:
  type: NodePort
  selector: { component: api }
  ports: [{ port: 5001, targetPort: 8080, nodePort: ${servicePort} }]
---${deployment('api')}${deployment('worker')}
`;
}
