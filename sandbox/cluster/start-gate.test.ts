import { execFileSync, type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { sandboxPaths } from './sandbox-paths.ts';
import type { SandboxTools } from './sandbox-plan.ts';
import { holdBack, openGate } from './start-gate.ts';

/** A folder with an apostrophe and a blank, as a user's may have. */
const folder = mkdtempSync(join(tmpdir(), "it's a gate-"));
const program = join(folder, 'program');
writeFileSync(program, `#!/bin/sh\necho "$$ $*"\n`);
chmodSync(program, 0o755);
const tools = Object.fromEntries(
  ['kubeControllerManager', 'kubeScheduler', 'kwok', 'metricsServer', 'kubectl', 'kubeApiserver'].map(
    (name) => [name, program],
  ),
) as unknown as SandboxTools;
const paths = (name: string) => ({ ...sandboxPaths(folder), gate: join(folder, name) });

function run(script: string, ...args: string[]): SpawnSyncReturns<string> {
  return spawnSync(script, args, { encoding: 'utf8', timeout: 20_000 });
}

describe('the gate', () => {
  it('holds a program back until it opens, and passes on its arguments and its pid', async () => {
    const gate = paths('opens');
    const waiting = spawn(holdBack(tools, gate).metricsServer, ['--secure-port', 'a b'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    waiting.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    await sleep(500);
    expect(said).toBe('');
    openGate(gate);
    await new Promise((ended) => waiting.once('close', ended));
    expect(said).toBe(`${waiting.pid} --secure-port a b\n`);
  });

  it('lets everything through that comes after it was opened', () => {
    const gate = paths('open');
    openGate(gate);
    expect(run(holdBack(tools, gate).kwok, 'serve').stdout).toMatch(/^\d+ serve\n$/);
  });

  it.each([
    { name: 'kubeScheduler', args: ['--version'] },
    { name: 'kubectl', args: ['kustomize', 'folder'] },
  ] as const)(
    'does not hold $name $args, which kwokctl runs before there is an API server',
    ({ name, args }) => {
      expect(run(holdBack(tools, paths('shut'))[name], ...args).stdout).toContain(args.join(' '));
    },
  );

  it('does not hold the API server itself', () => {
    expect(holdBack(tools, paths('shut')).kubeApiserver).toBe(program);
  });

  it('is not waited for without an end', () => {
    const { status, stderr } = run(holdBack(tools, paths('shut'), 0.4).kubeScheduler, 'serve');
    expect(status).toBe(1);
    expect(stderr).toBe('kubeScheduler was not started: the API server was never ready\n');
  });

  it('is written for any shell: no bashisms', () => {
    const script = holdBack(tools, paths('shut')).kwok;
    expect(readFileSync(script, 'utf8')).toMatch(/^#!\/bin\/sh\n/);
    expect(() => execFileSync('/bin/sh', ['-n', script])).not.toThrow();
  });
});
