import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { cpuBound, syntheticEvidence } from '../advise/fixtures/synthetic-evidence.ts';
import { FakeApiServer } from '../cluster/testing/fake-api-server.ts';
import { collections, fakeHpa, fakeTarget } from '../cluster/testing/fake-release.ts';
import { formatError, TuneError } from '../errors.ts';
import { syntheticRun } from './fixtures/synthetic-run.ts';
import type { SimulateFlags } from './simulate.ts';
import { simulateRun } from './simulate-run.ts';
import { simulationText } from './simulation-text.ts';

const folder = mkdtempSync(join(tmpdir(), 'simulate-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = syntheticRun;
writeFileSync(join(folder, 'run.json'), JSON.stringify(run));
writeFileSync(join(folder, 'evidence.json'), JSON.stringify(syntheticEvidence(cpuBound)));

const main = join(import.meta.dirname, 'main.ts');

function simulated(flags: Partial<SimulateFlags>) {
  return simulateRun(folder, { hpa: [], replications: 2, seed: 1, ...flags }, folder);
}

async function errorOf(flags: Partial<SimulateFlags>): Promise<TuneError> {
  const thrown: unknown = await simulated(flags).catch((error: unknown) => error);
  if (thrown instanceof TuneError) return thrown;
  throw new Error(`expected a TuneError, got ${String(thrown)}`);
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function manifestText(name: string, fields: readonly string[]): string {
  return `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: ${name} }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: ${name} }
${fields.map((line) => `  ${line}\n`).join('')}`;
}

function manifest(name: string, minReplicas: number): string {
  return file(`${name}.yaml`, manifestText(name, [`minReplicas: ${minReplicas}`, 'maxReplicas: 10']));
}

describe('tune simulate', () => {
  it('shows what came out and draws it over time, within the width of a terminal', async () => {
    const { stdout, exitCode } = await execa(
      process.execPath,
      [main, 'simulate', folder, '--replications', '2', '--hpa', '-'],
      { reject: false, cwd: folder, input: manifestText('my-dify-api', ['maxReplicas: 4']) },
    );
    expect(exitCode).toBe(0);
    for (const part of [
      'minutes that miss an objective',
      'replica-hours',
      'api: Ready replicas',
      'api: CPU used of requested',
      'queue: runs waiting',
      'time to first token p95, s',
      'queue wait p95, s',
      'The recorded run told again, with its own HPAs:\n  ',
      'chat timeToFirstTokenP95 of all requests: ',
    ]) {
      expect(stdout).toContain(part);
    }
    expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(120);
  }, 30_000);

  it('answers for another HPA than the one in force: more replicas from the start miss fewer minutes', async () => {
    const now = await simulated({});
    const more = await simulated({ hpa: [manifest('my-dify-api', 5), manifest('my-dify-worker', 4)] });
    expect(more.outcome.sloViolatedMinutes.mean).toBeLessThan(now.outcome.sloViolatedMinutes.mean);
    expect(more.outcome.replicaHours.api).toBeGreaterThan(now.outcome.replicaHours.api ?? 0);
  });

  it('takes a demand class by class from a profile', async () => {
    const profile = `mix: { chat: 1 }\nshape: { constant: { arrivalsPerSecond: 3, duration: 5m } }\n`;
    const { demand, outcome } = await simulated({ demand: file('steady.yaml', profile) });
    expect(demand).toMatchObject({ durationSeconds: 300, description: 'the demand given, class by class' });
    expect(demand.peakArrivalsPerSecond).toBeCloseTo(3, 1);
    expect(outcome.lostRuns).toBe(0);
  });

  it('tells the recorded run again under its own HPAs, whatever HPA and demand are asked about', async () => {
    const asRecorded = await simulated({});
    expect(asRecorded.calibration.map(({ quantity }) => quantity)).toContain(
      'workflow timeToFirstTokenP95 of all requests',
    );
    const other = await simulated({ hpa: [manifest('my-dify-api', 5)], growth: 3 });
    expect(other.calibration).toEqual(asRecorded.calibration);
    expect(other.outcome).not.toEqual(asRecorded.outcome);
  });

  it('refuses an HPA for a Deployment that the run knows nothing of, and names those it knows', async () => {
    const error = await errorOf({ hpa: [manifest('web', 2)] });
    expect(error).toMatchObject({ code: 'UNKNOWN_SCALE_TARGET', exitCode: 2 });
    expect(formatError(error)).toContain('my-dify-api, my-dify-worker');
  });

  it('passes over HPAs of other workloads of a namespace, and says so', async () => {
    const both = file(
      'namespace.yaml',
      `${manifestText('sandbox', ['maxReplicas: 9'])}---\n${manifestText('my-dify-api', ['maxReplicas: 4'])}`,
    );
    const result = await simulated({ hpa: [both] });
    expect(result.passedOver).toEqual([
      `${both}: document 1: HPA sandbox scales Deployment sandbox, which the run knows nothing of: passed over.`,
    ]);
    expect(simulationText(result, 80)).toContain('HPA sandbox scales Deployment sandbox');
  });

  it('refuses an HPA for another kind of the same name', async () => {
    const text = manifestText('my-dify-api', ['maxReplicas: 4']).replace(
      'kind: Deployment',
      'kind: StatefulSet',
    );
    const error = await errorOf({ hpa: [file('stateful.yaml', text)] });
    expect(error).toMatchObject({ code: 'UNKNOWN_SCALE_TARGET', exitCode: 2 });
    expect(error.message).toContain('scales StatefulSet "my-dify-api"');
  });

  it('refuses two HPAs on one Deployment', async () => {
    const path = manifest('my-dify-api', 2);
    expect(await errorOf({ hpa: [path, path] })).toMatchObject({
      code: 'TWO_HPAS_ON_ONE_TARGET',
      exitCode: 2,
    });
  });

  const metric = (text: string) => ['maxReplicas: 3', `metrics: [${text}]`];
  const cpu = (target: string) => metric(`{ type: Resource, resource: { name: cpu, target: ${target} } }`);
  it.each([
    {
      name: 'min above max',
      fields: ['minReplicas: 5', 'maxReplicas: 3'],
      says: 'bad.yaml: spec.maxReplicas: 3 must be greater than or equal to minReplicas (5)',
    },
    { name: 'no maxReplicas', fields: ['minReplicas: 1'], says: 'bad.yaml: spec.maxReplicas' },
    { name: 'a negative count', fields: ['minReplicas: -1', 'maxReplicas: 3'], says: 'spec.minReplicas' },
    { name: 'NaN', fields: ['maxReplicas: .nan'], says: 'spec.maxReplicas' },
    { name: 'a fraction of a replica', fields: ['maxReplicas: 2.5'], says: 'spec.maxReplicas' },
    {
      name: 'an unknown metric type',
      fields: metric('{ type: Ressource, resource: { name: cpu } }'),
      says: 'spec.metrics[0].type',
    },
    {
      name: 'a target of 0',
      fields: cpu('{ type: Utilization, averageUtilization: 0 }'),
      says: 'spec.metrics[0].resource.target.averageUtilization',
    },
    {
      name: 'a quantity that is none',
      fields: cpu('{ type: AverageValue, averageValue: 1.5.2 }'),
      says: 'spec.metrics[0].resource.target.averageValue',
    },
    {
      name: 'a metric that nobody recorded',
      fields: metric(
        '{ type: Pods, pods: { metric: { name: in_flight }, target: { type: AverageValue, averageValue: "5" } } }',
      ),
      says: 'spec.metrics[0].pods.metric.name',
    },
    {
      name: 'a negative window',
      fields: ['maxReplicas: 3', 'behavior: { scaleDown: { stabilizationWindowSeconds: -1 } }'],
      says: 'spec.behavior.scaleDown.stabilizationWindowSeconds',
    },
  ])('refuses $name by the path of the field', async ({ fields, says }) => {
    const error = await errorOf({ hpa: [file('bad.yaml', manifestText('my-dify-api', fields))] });
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain('bad.yaml: ');
    expect(error.message).toContain(says);
    expect(error.why).not.toBe('');
    expect(error.next).not.toBe('');
  });

  it('refuses a demand with a class that the run never saw', async () => {
    const evidence = syntheticEvidence(cpuBound);
    const { workflow: _, ...arrivals } = evidence.arrivals;
    const own = mkdtempSync(join(folder, 'chat-only-'));
    writeFileSync(join(own, 'run.json'), JSON.stringify(run));
    writeFileSync(join(own, 'evidence.json'), JSON.stringify({ ...evidence, arrivals }));
    const demand = file(
      'workflows.yaml',
      'mix: { workflow: 1 }\nshape: { constant: { arrivalsPerSecond: 1, duration: 2m } }\n',
    );
    const flags = { hpa: [], replications: 1, seed: 1, demand };
    await expect(simulateRun(own, flags, folder)).rejects.toMatchObject({ code: 'CLASS_NOT_RECORDED' });
  });
});

describe('tune simulate --live', () => {
  let server: FakeApiServer;
  afterEach(() => server.dispose());

  async function withRelease(): Promise<void> {
    server = await new FakeApiServer().start();
    writeFileSync(join(folder, 'run.json'), JSON.stringify({ ...run, target: fakeTarget(server) }));
  }

  it('simulates the HPAs that are in force in the cluster of the run', async () => {
    await withRelease();
    const live = fakeHpa('api');
    const spec = {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'my-dify-api' },
      minReplicas: 6,
      maxReplicas: 9,
    };
    server.put(collections.hpas, { ...live, spec });
    const { timeline } = await simulated({ live: true });
    expect(timeline.replicas.api?.values[0]).toBe(6);
    expect(server.requests.filter((line) => !line.startsWith('GET '))).toEqual([]);
  });

  it('says so where nothing scales the release, and where the cluster cannot be reached', async () => {
    await withRelease();
    server.put(collections.hpas, {
      ...fakeHpa('api'),
      spec: { scaleTargetRef: { kind: 'Deployment', name: 'other' }, maxReplicas: 1 },
    });
    expect(await errorOf({ live: true })).toMatchObject({ code: 'NO_LIVE_HPA', exitCode: 2 });
    server.answer(collections.hpas, 403);
    expect(await errorOf({ live: true })).toMatchObject({ code: 'CLUSTER_FORBIDDEN', exitCode: 3 });
  });

  it('says of a run whose own sandbox has ended what can be read in its place', async () => {
    await withRelease();
    const target = { ...fakeTarget(server), kubeconfig: join(folder, 'gone', 'kubeconfig.yaml') };
    writeFileSync(join(folder, 'run.json'), JSON.stringify({ ...run, targetName: 'sandbox', target }));
    const error = await errorOf({ live: true });
    expect(error).toMatchObject({ code: 'SANDBOX_OF_RUN_ENDED', exitCode: 3 });
    expect(error.why).toContain(join('gone', 'kubeconfig.yaml'));
    expect(error.next).toContain('--live --target sandbox');
  });

  it('takes --live or --hpa, not both', async () => {
    await withRelease();
    expect(await errorOf({ live: true, hpa: ['x.yaml'] })).toMatchObject({ code: 'TWO_SOURCES_OF_HPAS' });
  });
});
