import { spawn } from 'node:child_process';

/**
 * Ends a process when this one ends, however that happens: load must not go on after a kill -9 of the tuner. A shell
 * waits for the end of a pipe that only we hold open.
 *
 * @returns call it once the process has ended by itself
 */
export function endWithUs(pid: number, graceSeconds: number): () => void {
  const script = `cat >/dev/null; kill -INT ${pid} 2>/dev/null; sleep ${graceSeconds}; kill -KILL ${pid} 2>/dev/null`;
  const watcher = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  // Without a shell the load still ends with an orderly end of ours, and with a Ctrl-C.
  watcher.on('error', () => undefined);
  watcher.stdin.on('error', () => undefined);
  watcher.unref();
  return () => {
    // The whole group: the shell alone would leave its cat, or its sleep, behind.
    if (watcher.pid !== undefined) killGroup(watcher.pid);
  };
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
