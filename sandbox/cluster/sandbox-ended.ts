/** How those who use a sandbox learn that it is gone. */
import { setTimeout as sleep } from 'node:timers/promises';
import { exitCodes, TuneError } from '../../tuner/errors.ts';
import { isAlive } from './process-identity.ts';
import { sandboxPaths } from './sandbox-paths.ts';
import { readRecord, type SandboxRecord } from './sandbox-record.ts';

const watchMs = 500;
/** The watchdog of a supervisor that was killed has to end everything before it notes why. */
const reasonMs = 20_000;
const reasonPollMs = 50;

/**
 * Resolves once the sandbox has ended: with the reason, or null when someone took it down. Does not keep the process
 * alive.
 *
 * @param record as it was when the sandbox was up
 */
export async function whenSandboxEnds(folder: string, record: SandboxRecord): Promise<string | null> {
  while (isAlive(record.supervisor)) await sleep(watchMs, undefined, { ref: false });
  return reasonOfEnd(folder, record);
}

/** Why a sandbox ended whose supervisor is gone; null when someone took it down. */
export async function reasonOfEnd(folder: string, { supervisor }: SandboxRecord): Promise<string | null> {
  const deadline = Date.now() + reasonMs;
  for (;;) {
    const record = readRecord(folder);
    // Removed by `down`, and perhaps another sandbox's by now.
    if (record === null || record.supervisor.startToken !== supervisor.startToken) return null;
    if (record.state === 'ended') return record.endedBecause;
    if (Date.now() > deadline) return 'its supervisor is gone';
    await sleep(reasonPollMs);
  }
}

/** SANDBOX_ENDED, exit 3. */
export function sandboxEnded(folder: string, because: string | null): TuneError {
  const { logs, kwokCluster } = sandboxPaths(folder);
  const name = folder.split('/').at(-1);
  return new TuneError({
    code: 'SANDBOX_ENDED',
    message: `the sandbox "${name}" ended while it was in use`,
    why:
      because === null
        ? `someone took it down (\`tune sandbox down --name ${name}\`), and there is nothing left to load`
        : `${because}; the rest of it was ended too, and there is nothing left to load`,
    next:
      because === null
        ? 'run the command again'
        : `read the logs in ${logs} and ${kwokCluster}/logs, then run the command again`,
    exitCode: exitCodes.unreachable,
  });
}
