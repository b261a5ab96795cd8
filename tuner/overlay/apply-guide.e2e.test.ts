import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { makeRun } from '../../reports/fixtures/make-run.ts';
import { type SandboxHandle, upSandbox } from '../../sandbox/cluster/up-sandbox.ts';
import { toolPath } from '../../scripts/tools/tool-paths.ts';
import type { HpaSpec } from '../contracts/hpa-spec.ts';
import { isDefaultBehavior } from './default-behavior.ts';
import { writeOverlay } from './write-overlay.ts';

/** Does what APPLY.md says, line by line, on a real API server with a real Helm release. */

const chart = join(import.meta.dirname, 'fixtures', 'charts', 'dify-like');
/** The HPAs of the release hold three and four, where the chart's own count is one. */
const values = {
  api: settings({ minReplicas: 3 }),
  worker: settings({ minReplicas: 4 }),
  web: { enabled: false },
};

function settings(autoscaling: { minReplicas: number }) {
  return {
    resources: { requests: { cpu: '1', memory: '1Gi' } },
    autoscaling: { enabled: true, maxReplicas: 10, targetCPUUtilizationPercentage: 80, ...autoscaling },
  };
}

let folder = '';
let sandbox: SandboxHandle;
let steps: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tune-apply-'));
  sandbox = await upSandbox({ world: 'comfortable', folder: join(folder, 'sandbox') });
  mkdirSync(join(folder, 'bin'));
  symlinkSync(toolPath('helm'), join(folder, 'bin', 'helm'));
  symlinkSync(toolPath('kubectl'), join(folder, 'bin', 'kubectl'));
  // The sandbox's objects are nobody's release; Helm takes over none that it did not make.
  await shell('kubectl delete deployments,hpa --all\nkubectl delete service my-dify-api');
  writeFileSync(join(folder, 'values.yaml'), stringify(values));
  await shell(`helm install my-dify ${chart} -f values.yaml`);
  // As the HPAs will in their next sync.
  await shell('kubectl scale deployment my-dify-api --replicas 3');
  await shell('kubectl scale deployment my-dify-worker --replicas 4');
  const { advice, evidence } = makeRun();
  if (advice === null || evidence === null) throw new Error('the fixture has no advice');
  await writeOverlay(advice, evidence, {
    release: 'my-dify',
    namespace: 'dify',
    context: sandbox.target.context ?? null,
    kubeconfig: sandbox.target.kubeconfig ?? '',
    folder: join(folder, 'overlay'),
    helmPath: toolPath('helm'),
    chartPath: chart,
    releaseValues: values,
  });
  const guide = readFileSync(join(folder, 'overlay', 'APPLY.md'), 'utf8');
  steps = [...guide.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, commands]) => commands ?? '');
});

afterAll(async () => {
  await sandbox?.down();
  rmSync(folder, { recursive: true, force: true });
});

/** In the namespace of the release, with the tools of the checkout. */
async function shell(script: string, cwd = folder): Promise<string> {
  const { kubeconfig = '', context = '' } = sandbox.target;
  const inNamespace = script.replaceAll(/^(kubectl|helm) /gm, (_, tool: string) =>
    tool === 'helm' ? `helm --kube-context ${context} -n dify ` : `kubectl --context ${context} -n dify `,
  );
  const { stdout } = await execa('sh', ['-eu', '-c', cwd === folder ? inNamespace : script], {
    cwd,
    env: {
      PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
      ...(cwd === folder ? { KUBECONFIG: kubeconfig } : {}),
    },
  });
  return stdout;
}

/** Blocks of APPLY.md by their place; the first sets what the others use. */
async function follow(...numbers: number[]): Promise<string> {
  return shell([steps[0], ...numbers.map((number) => steps[number])].join('\n'), join(folder, 'overlay'));
}

async function specOf(kind: string, name: string): Promise<Record<string, unknown>> {
  const text = await shell(`kubectl get ${kind} ${name} -o yaml`);
  return (parse(text) as { spec: Record<string, unknown> }).spec;
}

/** The counts that helm wrote into the Deployments with its last upgrade. */
async function releaseCounts(): Promise<{ api: unknown; worker: unknown }> {
  const { api, worker } = parse(await shell('helm get values my-dify --output yaml')) as typeof values & {
    api: { replicas?: number };
    worker: { replicas?: number };
  };
  return { api: api.replicas, worker: worker.replicas };
}

describe('APPLY.md', () => {
  it('changes nothing when it is tried', async () => {
    await follow(1);
    expect(await specOf('hpa', 'my-dify-api')).toMatchObject({ minReplicas: 3, maxReplicas: 10 });
    expect((await specOf('hpa', 'my-dify-worker')).metrics).toMatchObject([{ type: 'Resource' }]);
  });

  it('puts the proposed settings in force and leaves the live counts alone', async () => {
    await follow(2, 3);
    expect(await specOf('hpa', 'my-dify-api')).toMatchObject({
      minReplicas: 2,
      maxReplicas: 6,
      metrics: [{ resource: { target: { averageUtilization: 52 } } }],
    });
    const worker = (await specOf('hpa', 'my-dify-worker')) as HpaSpec;
    expect(worker).toMatchObject({
      minReplicas: 2,
      maxReplicas: 8,
      metrics: [
        {
          type: 'External',
          external: {
            metric: { name: 'dify_workflow_queue_depth' },
            target: { type: 'AverageValue', averageValue: '3' },
          },
        },
      ],
      behavior: { scaleDown: { stabilizationWindowSeconds: 240 } },
    });
    // What the API server fills in is what the overlay takes for the default.
    expect(worker.behavior?.scaleUp).toMatchObject({ selectPolicy: 'Max' });
    expect(isDefaultBehavior({ scaleUp: worker.behavior?.scaleUp })).toBe(true);
    expect(await releaseCounts()).toEqual({ api: 3, worker: 4 });
  });

  it('keeps the companion HPA and the live counts over a later upgrade', async () => {
    await shell('kubectl scale deployment my-dify-worker --replicas 8');
    await follow(6);
    expect((await specOf('hpa', 'my-dify-worker')).metrics).toMatchObject([{ type: 'External' }]);
    // The HPA may take one away a minute; the values' own count would be 2.
    expect((await releaseCounts()).worker).toBeGreaterThan(4);
  });

  it('finds the way back', async () => {
    await follow(4);
    expect(await specOf('hpa', 'my-dify-api')).toMatchObject({ minReplicas: 3, maxReplicas: 10 });
    const worker = await specOf('hpa', 'my-dify-worker');
    expect(worker).toMatchObject({ minReplicas: 4, maxReplicas: 10, metrics: [{ type: 'Resource' }] });
    expect(worker.behavior).toBeUndefined();
  });

  it('finds the way back without Helm too, to the HPAs as recorded', async () => {
    await follow(5);
    const recorded = {
      minReplicas: 1,
      maxReplicas: 10,
      metrics: [{ resource: { target: { averageUtilization: 80 } } }],
    };
    expect(await specOf('hpa', 'my-dify-api')).toMatchObject(recorded);
    expect(await specOf('hpa', 'my-dify-worker')).toMatchObject(recorded);
  });
});
