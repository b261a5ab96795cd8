import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Target, targetSchema } from '../../tuner/contracts/config.ts';
import { apiKeys, datasetId, queueMetricName, release, releaseNamespace } from './release-names.ts';
import type { SandboxPaths } from './sandbox-paths.ts';

export interface TargetAddresses {
  readonly context: string;
  readonly url: string;
  readonly redisPort: number;
  /** What an operator knows of the database; the worlds' other truths stay hidden. */
  readonly postgresMaxConnections: number;
}

/** Writes target.json, in the form of a target in tune.yaml, and the key files it names. */
export function writeTarget(paths: SandboxPaths, addresses: TargetAddresses): Target {
  mkdirSync(paths.keys, { recursive: true, mode: 0o700 });
  for (const [name, key] of Object.entries(apiKeys)) {
    writeFileSync(join(paths.keys, name), `${key}\n`, { mode: 0o600 });
  }
  const target = sandboxTarget(paths, addresses);
  writeFileSync(paths.target, `${JSON.stringify(target, null, 2)}\n`);
  return target;
}

export function sandboxTarget(
  paths: SandboxPaths,
  { context, url, redisPort, postgresMaxConnections }: TargetAddresses,
): Target {
  const key = (name: keyof typeof apiKeys) => ({ file: join(paths.keys, name) });
  const component = (name: 'api' | 'worker') => ({
    deployment: `${release}-${name}`,
    hpa: `${release}-${name}`,
    container: name,
  });
  return targetSchema.parse({
    kubeconfig: paths.kubeconfig,
    context,
    namespace: releaseNamespace,
    release,
    chart: 'borispolonsky',
    url,
    testable: true,
    apps: {
      chat: { key: key('chat') },
      workflow: { key: key('workflow'), inputs: { question: '{prompt}' } },
      indexing: { key: key('dataset'), datasetId },
    },
    redis: { url: `redis://127.0.0.1:${redisPort}` },
    queueMetric: { name: queueMetricName },
    postgres: { maxConnections: postgresMaxConnections },
    components: { api: component('api'), worker: component('worker') },
  });
}
