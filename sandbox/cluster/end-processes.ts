/** Ends everything a sandbox runs: what was recorded, then what carries its marker. */
import { setTimeout as sleep } from 'node:timers/promises';
import { exitCodes, TuneError } from '../../tuner/errors.ts';
import { isAlive, markedProcesses, type ProcessIdentity } from './process-identity.ts';

const politeMs = 1500;
const patienceMs = 30_000;
const pollMs = 50;

export interface EndOptions {
  /** Asked first with SIGTERM, so that open streams end in order; the rest holds nothing worth saving. */
  readonly politely?: readonly ProcessIdentity[];
}

/**
 * @returns how many processes it had to end; 0 when nothing was left
 * @throws TuneError STILL_RUNNING, exit 1, naming the pids that survived SIGKILL
 */
export async function endProcesses(
  folder: string,
  recorded: readonly ProcessIdentity[],
  options: EndOptions = {},
): Promise<number> {
  const ended = new Set<string>();
  for (const { pid } of (options.politely ?? []).filter(isEndable)) kill(pid, 'SIGTERM');
  await waitUntilGone(options.politely ?? [], politeMs);

  const deadline = Date.now() + patienceMs;
  for (;;) {
    const running = [...recorded, ...markedProcesses(folder)].filter(isEndable);
    if (running.length === 0) return ended.size;
    if (Date.now() > deadline) throw stillRunning(folder, running);
    for (const { pid, startToken } of running) {
      ended.add(`${pid} ${startToken}`);
      kill(pid, 'SIGKILL');
    }
    await sleep(pollMs);
  }
}

function isEndable(identity: ProcessIdentity): boolean {
  return identity.pid !== process.pid && identity.pid !== process.ppid && isAlive(identity);
}

async function waitUntilGone(processes: readonly ProcessIdentity[], atMostMs: number): Promise<void> {
  const deadline = Date.now() + atMostMs;
  while (Date.now() < deadline && processes.some(isAlive)) await sleep(pollMs);
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Ended between the look and the signal.
  }
}

function stillRunning(folder: string, running: readonly ProcessIdentity[]): TuneError {
  const pids = [...new Set(running.map(({ pid }) => pid))].join(', ');
  return new TuneError({
    code: 'STILL_RUNNING',
    message: `processes of the sandbox in ${folder} do not end: ${pids}`,
    why: 'they survived SIGKILL for 30 s, so they hang in the kernel or belong to another user',
    next: `look at them with \`ps -fp ${pids.replaceAll(' ', '')}\`, end them, then run \`tune sandbox down\` again`,
    exitCode: exitCodes.bug,
  });
}
