import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { componentFailed } from './component-failed.ts';
import { identify } from './process-identity.ts';
import { release, releaseNamespace } from './release-names.ts';
import type { SandboxRun } from './sandbox-run.ts';
import { spawnComponent } from './spawn-component.ts';
import { startLimitMs, startLimitSeconds } from './start-limit.ts';
import { waitUntil } from './wait-until.ts';

const answerMs = 10_000;
const program = join(import.meta.dirname, '..', 'dify', 'main.ts');

/** What the stand-in writes once it serves. */
const readySchema = z.object({ httpPort: z.number().int(), externalMetricsPort: z.number().int() });
export type StandInPorts = z.infer<typeof readySchema>;

/**
 * Starts the stand-in Dify and waits until it answers on /health.
 *
 * @throws TuneError SANDBOX_NOT_STARTED with its last lines
 */
export async function startStandIn(
  worldFile: string,
  run: SandboxRun,
  signal: AbortSignal,
): Promise<StandInPorts> {
  const readyFile = run.paths.standInReady;
  rmSync(readyFile, { force: true });
  const { pid, log } = await spawnComponent(run.folder, {
    name: 'dify',
    program: process.execPath,
    args: [
      program,
      ...['--world', worldFile, '--kubeconfig', run.paths.kubeconfig],
      ...['--namespace', releaseNamespace, '--release', release],
      ...['--redis', `redis://127.0.0.1:${run.record.ports.redis}`],
      ...['--port', '0', '--ready-file', readyFile],
    ],
  });
  const failed = (what: string, cause?: unknown) => componentFailed('the stand-in Dify', what, log, cause);
  const waiting = { timeoutMs: startLimitMs, everyMs: 50, signal };
  const inTime = `within ${startLimitSeconds} s`;

  await waitUntil(
    () => {
      if (identify(pid) === null) throw failed('ended');
      return readPorts(readyFile) !== null;
    },
    { ...waiting, onTimeout: (cause) => failed(`did not say ${inTime} that it serves`, cause) },
  );
  const ports = readPorts(readyFile);
  if (ports === null) throw failed(`wrote no ports to ${readyFile}`);
  if (run.note({ name: 'dify', pid, port: ports.httpPort, log }) === null) throw failed('ended');
  await waitUntil(() => isHealthy(ports.httpPort, signal), {
    ...waiting,
    onTimeout: (cause) => failed(`did not answer on /health ${inTime}`, cause),
  });
  return ports;
}

async function isHealthy(port: number, signal: AbortSignal): Promise<boolean> {
  // An answer that never comes must not outlast the limit.
  const either = AbortSignal.any([signal, AbortSignal.timeout(answerMs)]);
  return (await fetch(`http://127.0.0.1:${port}/health`, { signal: either })).ok;
}

function readPorts(file: string): StandInPorts | null {
  try {
    return readySchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}
