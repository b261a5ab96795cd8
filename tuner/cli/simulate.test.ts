import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';
import { cpuBound, syntheticEvidence } from '../advise/fixtures/synthetic-evidence.ts';
import type { WhatIf } from '../advise/what-if.ts';
import type { Run } from '../contracts/run.ts';

const folder = mkdtempSync(join(tmpdir(), 'simulate-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run: Run = {
  schemaVersion: 1,
  id: 'synthetic',
  versions: { tune: '0', k6: null, kubernetes: '1.37.2', chart: null, dify: null },
  targetName: 'synthetic',
  target: {},
  profileName: 'quick',
  profile: {},
  objectives: { timeToFirstTokenP95Seconds: 3, queueWaitP95Seconds: 5, errorRatio: 0.01 },
  clockSkewSeconds: null,
  startAt: '2026-11-22T21:00:00.000Z',
  endAt: null,
  loadStartSeconds: 5,
  loadEndSeconds: 260,
  ended: 'complete',
  endedBecause: null,
};
writeFileSync(join(folder, 'run.json'), JSON.stringify(run));
writeFileSync(join(folder, 'evidence.json'), JSON.stringify(syntheticEvidence(cpuBound)));

const main = join(import.meta.dirname, 'main.ts');

function tune(...args: string[]) {
  return execa(process.execPath, [main, 'simulate', folder, ...args], { reject: false, cwd: folder });
}

function manifest(name: string, minReplicas: number): string {
  const path = join(folder, `${name}.yaml`);
  writeFileSync(
    path,
    `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: ${name} }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: ${name} }
  minReplicas: ${minReplicas}
  maxReplicas: 10
`,
  );
  return path;
}

describe('tune simulate', () => {
  it('shows what came out and draws it over time', async () => {
    const { stdout, exitCode } = await tune('--replications', '2');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('minutes that miss an objective');
    expect(stdout).toContain('api: Ready replicas');
    expect(stdout).toContain('time to first token p95, s');
  });

  it('answers for another HPA than the one in force: more replicas from the start miss fewer minutes', async () => {
    const now: WhatIf = JSON.parse((await tune('--json', '--replications', '4')).stdout);
    const more: WhatIf = JSON.parse(
      (
        await tune(
          '--json',
          '--replications',
          '4',
          '--hpa',
          manifest('my-dify-api', 5),
          '--hpa',
          manifest('my-dify-worker', 4),
        )
      ).stdout,
    );
    expect(more.outcome.sloViolatedMinutes.mean).toBeLessThan(now.outcome.sloViolatedMinutes.mean);
    expect(more.outcome.replicaHours.api).toBeGreaterThan(now.outcome.replicaHours.api ?? 0);
  });

  it('refuses an HPA for a Deployment that the run knows nothing of, and names those it knows', async () => {
    const { stderr, exitCode } = await tune('--hpa', manifest('web', 2));
    expect(exitCode).toBe(2);
    expect(stderr).toContain('error UNKNOWN_SCALE_TARGET');
    expect(stderr).toContain('my-dify-api, my-dify-worker');
  });

  it('refuses two HPAs on one Deployment', async () => {
    const path = manifest('my-dify-api', 2);
    const { stderr, exitCode } = await tune('--hpa', path, '--hpa', path);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('error TWO_HPAS_ON_ONE_TARGET');
  });
});
