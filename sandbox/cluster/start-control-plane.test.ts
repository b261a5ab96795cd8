import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { endProcesses } from './end-processes.ts';
import { portsOfBlock } from './port-block.ts';
import { identify } from './process-identity.ts';
import type { SandboxPlan } from './sandbox-plan.ts';
import { SandboxRun } from './sandbox-run.ts';
import { startControlPlane } from './start-control-plane.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await endProcesses(folder, []);
});

/** Runs with a shell script in kwokctl's place; `$C` is the folder of its cluster. */
function start(script: string, signal = new AbortController().signal): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'control-plane-'));
  folders.push(folder);
  mkdirSync(join(folder, 'logs'));
  const kwokctl = join(folder, 'kwokctl');
  writeFileSync(
    kwokctl,
    `#!/bin/sh\nC=$KWOK_WORKDIR/clusters/sandbox\nmkdir -p $C/pids $C/logs\n${script}\n`,
  );
  chmodSync(kwokctl, 0o755);
  const heldBack = { kubectl: '/k', kwok: '/w', kubeControllerManager: '/c', kubeScheduler: '/s' };
  const tools = { ...heldBack, kwokctl, metricsServer: '/m' } as SandboxPlan['tools'];
  const plan: SandboxPlan = {
    name: 'test',
    folder,
    worldFile: '/w.yaml',
    owner: 'caller',
    firstPort: null,
    kubeVersion: '1.37.2',
    tools,
  };
  const self = identify(process.pid) ?? { pid: 0, startToken: '' };
  const run = new SandboxRun(folder, {
    schemaVersion: 1,
    name: 'test',
    world: '/w.yaml',
    state: 'starting',
    endedBecause: null,
    startedAt: '2026-11-22T21:00:00.000Z',
    upSeconds: null,
    owner: 'caller',
    ports: portsOfBlock(20_000),
    url: null,
    supervisor: { ...self, name: 'supervisor', port: null, log: null },
    components: [],
  });
  runs.set(folder, run);
  return startControlPlane(plan, run, signal);
}
const runs = new Map<string, SandboxRun>();

describe('starting the control plane', () => {
  it('names the component that ended, long before kwokctl gives up waiting for it', async () => {
    // 4194305 lies above the highest pid Linux gives out.
    const script =
      'echo "panic: no space left" >$C/logs/etcd.log; printf 4194305 >$C/pids/etcd.pid; sleep 60';
    await expect(start(script)).rejects.toMatchObject({
      code: 'SANDBOX_NOT_STARTED',
      exitCode: 3,
      message: 'the sandbox did not come up: etcd ended',
      why: expect.stringContaining('panic: no space left'),
    });
  });

  it('names kwokctl and what it said when kwokctl itself fails', async () => {
    await expect(start('echo "unknown flag" >&2; exit 3')).rejects.toMatchObject({
      message: 'the sandbox did not come up: kwokctl ended with exit code 3',
      why: expect.stringContaining('unknown flag'),
    });
  });

  it('notes every component kwokctl started, with its port and its log', async () => {
    await start('sleep 60 & printf $! >$C/pids/etcd.pid; printf $! >$C/pids/kube-scheduler.pid');
    const [folder = ''] = folders;
    const noted = runs.get(folder)?.record.components.map(({ name, port, log }) => ({ name, port, log }));
    const logs = join(folder, 'kwok', 'clusters', 'sandbox', 'logs');
    expect(noted).toEqual([
      { name: 'etcd', port: 20_001, log: join(logs, 'etcd.log') },
      { name: 'kube-scheduler', port: 20_005, log: join(logs, 'kube-scheduler.log') },
    ]);
  });

  it('gives kwokctl the scripts that wait, also where it would take kubectl from PATH', async () => {
    await start('command -v kubectl >$C/kubectl; cp $KWOK_WORKDIR/../kwokctl.yaml $C/');
    const [folder = ''] = folders;
    const cluster = join(folder, 'kwok', 'clusters', 'sandbox');
    expect(readFileSync(join(cluster, 'kubectl'), 'utf8').trim()).toBe(join(folder, 'held-back', 'kubectl'));
    expect(readFileSync(join(cluster, 'kwokctl.yaml'), 'utf8')).toContain(
      join(folder, 'held-back', 'metricsServer'),
    );
  });

  it('stops waiting when it is told to', async () => {
    const stop = new AbortController();
    const starting = start('sleep 60', stop.signal);
    setTimeout(() => stop.abort(new Error('asked to end')), 100);
    await expect(starting).rejects.toThrow('asked to end');
  });
});
