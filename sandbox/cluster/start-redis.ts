import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { componentFailed } from './component-failed.ts';
import type { SandboxTools } from './sandbox-plan.ts';
import type { SandboxRun } from './sandbox-run.ts';
import { spawnComponent } from './spawn-component.ts';
import { startLimitMs, startLimitSeconds } from './start-limit.ts';
import { waitUntil } from './wait-until.ts';

/**
 * A Redis on 127.0.0.1 that keeps nothing on disk.
 *
 * @throws TuneError SANDBOX_NOT_STARTED when it does not answer PING
 */
export async function startRedis(
  server: SandboxTools['redisServer'],
  run: SandboxRun,
  signal: AbortSignal,
): Promise<void> {
  const port = run.record.ports.redis;
  mkdirSync(run.paths.redis, { recursive: true });
  const { pid, log } = await spawnComponent(run.folder, {
    name: 'redis',
    program: server.path,
    args: redisArguments(port, run.paths.redis),
  });
  if (run.note({ name: 'redis', pid, port, log }) === null) throw componentFailed('redis', 'ended', log);
  await waitUntil(() => ping(port), {
    timeoutMs: startLimitMs,
    everyMs: 50,
    signal,
    onTimeout: (cause) =>
      componentFailed('redis', `did not answer PING within ${startLimitSeconds} s`, log, cause),
  });
}

/** The embedded server takes the same flags; it keeps nothing on disk anyway. */
function redisArguments(port: number, folder: string): string[] {
  return ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
}

function ping(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 1000 }, () =>
      socket.write('*1\r\n$4\r\nPING\r\n'),
    );
    socket.once('error', reject).once('timeout', () => socket.destroy(new Error('no answer to PING')));
    socket.once('data', (answer) => {
      socket.destroy();
      resolve(answer.toString().startsWith('+PONG'));
    });
  });
}
