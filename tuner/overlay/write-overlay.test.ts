import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { makeRun } from '../../reports/fixtures/make-run.ts';
import { toolPath } from '../../scripts/tools/tool-paths.ts';
import type { Advice } from '../contracts/advice.ts';
import type { Evidence } from '../contracts/evidence.ts';
import { hpaSpecSchema } from '../contracts/hpa-spec.ts';
import { overlaySchema } from '../contracts/overlay.ts';
import { proveValues } from './prove-values.ts';
import { chartRenderer } from './render-chart.ts';
import { valuesTree } from './values-document.ts';
import { type OverlayOptions, writeOverlay } from './write-overlay.ts';

const chart = join(import.meta.dirname, 'fixtures', 'charts', 'dify-like');
let folder = '';
let helmPath = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tune-overlay-'));
  helmPath = toolPath('helm');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fixture(): { advice: Advice; evidence: Evidence } {
  const { advice, evidence } = structuredClone(makeRun());
  if (advice === null || evidence === null) throw new Error('the fixture has no advice');
  return { advice, evidence };
}

let overlays = 0;
async function write(
  change: (given: { advice: Advice; evidence: Evidence }) => void = () => {},
  options: Partial<OverlayOptions> = {},
) {
  const given = fixture();
  change(given);
  overlays += 1;
  const target = join(folder, `overlay-${overlays}`);
  const result = await writeOverlay(given.advice, given.evidence, {
    release: 'my-dify',
    namespace: 'dify',
    context: 'staging',
    folder: target,
    helmPath,
    ...options,
  });
  const read = (file: string) => readFileSync(join(target, file), 'utf8');
  return { result, read, has: (file: string) => existsSync(join(target, file)) };
}

describe('writeOverlay, on a chart with the holes of the real one', () => {
  let written: Awaited<ReturnType<typeof write>>;
  beforeAll(async () => {
    written = await write(() => {}, { chartPath: chart });
  });

  it('says through values what the chart honours, and by a manifest what it ignores', () => {
    const { result, read } = written;
    expect(parse(read('values-overlay.yaml'))).toEqual({
      api: {
        autoscaling: { minReplicas: 2, maxReplicas: 6, targetCPUUtilizationPercentage: 52 },
        replicas: 2,
      },
      worker: { autoscaling: { enabled: false }, replicas: 2 },
    });
    const companion = parse(read('manifests/hpa-worker.yaml')) as {
      metadata: { name: string };
      spec: unknown;
    };
    expect(companion.metadata.name).toBe('my-dify-worker');
    expect(hpaSpecSchema.parse(companion.spec).behavior?.scaleDown?.stabilizationWindowSeconds).toBe(240);
    expect(result?.overlay.isProved).toBe(true);
    expect(result?.overlay.values.every(({ changes }) => (changes ?? []).length > 0)).toBe(true);
  });

  it('records what it wrote in a form that reads back', () => {
    const { result, read, has } = written;
    const overlay = overlaySchema.parse(JSON.parse(read('overlay.json')));
    expect(overlay).toEqual(result?.overlay);
    expect(overlay.files.filter((file) => !has(file))).toEqual([]);
  });

  it('shows in the diff the HPA that comes, the count that stands, and nothing that stays', () => {
    const diff = written.read('rendered.diff');
    expect(diff).toContain('-          averageUtilization: 80');
    expect(diff).toContain('+      stabilizationWindowSeconds: 240');
    expect(diff).toContain('-  replicas: 1\n+  replicas: 2');
    expect(diff).not.toContain('Service my-dify-api');
  });

  it('takes the chart’s default CPU metric out of an HPA on memory alone', async () => {
    const { read } = await write(
      ({ advice }) => {
        const { api } = advice.proposals;
        const target = { type: 'Utilization', averageUtilization: 70 };
        if (api)
          api.hpaSpec = {
            ...api.hpaSpec,
            metrics: [{ type: 'Resource', resource: { name: 'memory', target } }],
          };
        for (const setting of advice.settings)
          if (setting.component === 'worker') setting.verdict = 'noChange';
      },
      { chartPath: chart },
    );
    expect(parse(read('values-overlay.yaml'))).toMatchObject({
      api: { autoscaling: { targetCPUUtilizationPercentage: 0, targetMemoryUtilizationPercentage: 70 } },
    });
  });
});

describe('the chart of our own', () => {
  it('ignores api.autoscaling.behavior and api.replicaCount, as the real one does', async () => {
    const render = chartRenderer({
      helmPath,
      chartPath: chart,
      release: 'my-dify',
      namespace: 'dify',
      kubernetesVersion: null,
    });
    const keys = ['api.autoscaling.behavior', 'api.replicaCount'];
    const settings = keys.map((key) => ({ path: key.split('.'), value: 'anything', because: '' }));
    const inForce = valuesTree([{ path: ['api', 'autoscaling', 'enabled'], value: true }]);
    const before = await render(inForce);
    await expect(proveValues(settings, render, { before, inForce, chartValues: {} })).rejects.toMatchObject({
      code: 'VALUES_KEY_IGNORED',
      message: `${keys.join(', ')}: without effect in this chart`,
    });
  });
});

describe('writeOverlay, for each kind of advice', () => {
  it('sets a fixed count and no HPA where that is the advice', async () => {
    const { read, has } = await write(({ advice }) => {
      advice.proposals.worker = { hpaSpec: null, replicas: 3, requestedMillicores: null };
    });
    expect(parse(read('values-overlay.yaml'))).toMatchObject({
      worker: { autoscaling: { enabled: false }, replicas: 3 },
    });
    expect(has('manifests/hpa-worker.yaml')).toBe(false);
    expect(read('APPLY.md')).not.toContain('--set worker.replicas');
  });

  it('warns that pods are replaced when requests change', async () => {
    const { result, read } = await write(({ advice, evidence }) => {
      if (advice.proposals.api) advice.proposals.api.requestedMillicores = 750;
      if (evidence.components.api) evidence.components.api.requestedMillicores = null;
    });
    expect(result?.overlay.restarts).toEqual(['api']);
    expect(read('APPLY.md')).toContain('**The pods of api are replaced**');
    expect(parse(read('values-overlay.yaml'))).toMatchObject({
      api: { resources: { requests: { cpu: '750m' } } },
    });
  });

  it('changes an HPA where it stands when the chart cannot have written the one in force', async () => {
    const { result, read } = await write(({ advice, evidence }) => {
      const behavior = { scaleDown: { stabilizationWindowSeconds: 60 } };
      if (evidence.components.api)
        evidence.components.api.hpaSpec = { ...evidence.components.api.hpaSpec, behavior };
      if (advice.proposals.api) advice.proposals.api.replicas = null;
    });
    expect(result?.overlay.manifests.map(({ file }) => file)).toContain('manifests/hpa-api.yaml');
    expect(parse(read('values-overlay.yaml'))).not.toHaveProperty('api.autoscaling');
    // Helm does not know that HPA, so helm does not bring it back.
    const undo = read('APPLY.md').split('## 5. Undo')[1]?.split('Where there is no')[0];
    expect(undo).toContain('-f before/hpa-api.yaml');
    expect(undo).not.toContain('-f before/hpa-worker.yaml');
  });

  it('removes an HPA of another name that would fight with the new one, and brings it back on undo', async () => {
    const { read } = await write(({ evidence }) => {
      if (evidence.components.worker) evidence.components.worker.hpaName = 'old-worker-hpa';
    });
    const guide = read('APPLY.md');
    expect(guide).toContain('delete hpa old-worker-hpa --ignore-not-found');
    expect(guide).toContain('-f before/hpa-worker.yaml');
    expect(parse(read('before/hpa-worker.yaml'))).toMatchObject({ metadata: { name: 'old-worker-hpa' } });
  });

  it('leaves alone a component of which nothing changes', async () => {
    const { read, has } = await write(({ advice }) => {
      for (const setting of advice.settings) if (setting.component === 'worker') setting.verdict = 'noChange';
    });
    expect(parse(read('values-overlay.yaml'))).not.toHaveProperty('worker');
    expect(has('manifests')).toBe(false);
  });
});

describe('writeOverlay, when there is less to say', () => {
  it('writes APPLY.md alone when nothing should change', async () => {
    const { result, read, has } = await write(({ advice }) => {
      advice.verdict = 'noChange';
    });
    expect(result?.overlay).toMatchObject({ verdict: 'noChange', files: ['APPLY.md'] });
    expect(has('values-overlay.yaml')).toBe(false);
    expect(read('APPLY.md')).toContain('# Nothing to apply');
  });

  it('writes nothing on insufficient evidence, and takes away what an earlier overlay left', async () => {
    const target = join(folder, 'stale');
    await write(() => {}, { folder: target });
    expect(existsSync(join(target, 'values-overlay.yaml'))).toBe(true);
    const { result } = await write(
      ({ advice }) => {
        advice.verdict = 'insufficientEvidence';
      },
      { folder: target },
    );
    expect(result).toBeNull();
    expect(existsSync(target)).toBe(false);
  });

  it('says without a chart that nobody has seen what the values render', async () => {
    const { result, read, has } = await write(() => {}, { context: null, helmPath: '/does/not/exist' });
    expect(result?.overlay).toMatchObject({ isProved: false, renderedChart: null });
    expect(result?.overlay.notProvedBecause).toContain('--chart');
    expect(has('rendered.diff')).toBe(false);
    const guide = read('APPLY.md');
    expect(guide).toContain('**Not proved**');
    expect(guide).toContain('kubectl config current-context');
    expect(guide).not.toContain('--context');
  });
});

describe('writeOverlay, with a chart that is not the release’s', () => {
  it('refuses keys that this chart ignores, names them and what it reads instead', async () => {
    const other = join(folder, 'other-layout');
    cpSync(chart, other, { recursive: true });
    const rename = (file: string) => {
      const path = join(other, file);
      writeFileSync(
        path,
        readFileSync(path, 'utf8')
          .replaceAll(/\breplicas: 1\b/g, 'replicaCount: 1')
          .replaceAll('$settings.replicas', '$settings.replicaCount'),
      );
    };
    rename('values.yaml');
    rename('templates/deployments.yaml');
    await expect(write(() => {}, { chartPath: other })).rejects.toMatchObject({
      code: 'VALUES_KEY_IGNORED',
      exitCode: 2,
      message: 'api.replicas, worker.replicas: without effect in this chart',
      next: expect.stringContaining('under api the chart reads: enabled, replicaCount'),
    });
  });

  it('refuses one that renders no Deployment of the recorded name', async () => {
    const releaseValues = { fullnameOverride: 'chatbot' };
    await expect(write(() => {}, { chartPath: chart, releaseValues })).rejects.toMatchObject({
      code: 'DEPLOYMENT_NOT_RENDERED',
      why: expect.stringContaining('chatbot-api'),
    });
  });

  it('passes on what helm says about a chart that does not render', async () => {
    await expect(write(() => {}, { chartPath: join(folder, 'nowhere') })).rejects.toMatchObject({
      code: 'CHART_NOT_READ',
      exitCode: 2,
    });
    const broken = join(folder, 'broken');
    cpSync(chart, broken, { recursive: true });
    writeFileSync(join(broken, 'templates', 'x.yaml'), '{{ fail "no storage class given" }}');
    await expect(write(() => {}, { chartPath: broken })).rejects.toMatchObject({
      code: 'CHART_NOT_RENDERED',
      why: expect.stringContaining('no storage class given'),
    });
  });

  it('says where helm is to come from when there is none', async () => {
    await expect(write(() => {}, { chartPath: chart, helmPath: '/does/not/exist' })).rejects.toMatchObject({
      code: 'HELM_NOT_FOUND',
    });
  });
});
