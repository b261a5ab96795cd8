import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const listening = '0A';
const loopback = /^(0100007F|00000000000000000000000001000000|0000000000000000FFFF00000100007F)$/;

export interface Listener {
  readonly pid: number;
  readonly port: number;
  readonly isLoopback: boolean;
}

/** Every TCP socket the processes listen on, from /proc: IPv4 and IPv6. */
export function listenersOf(pids: readonly number[]): Listener[] {
  const owners = new Map(pids.flatMap((pid) => socketInodes(pid).map((inode) => [inode, pid] as const)));
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === listening && owners.has(inode ?? ''))
      .map((fields) => {
        const [address = '', port = ''] = (fields[1] ?? '').split(':');
        return {
          pid: owners.get(fields[9] ?? '') ?? 0,
          port: Number.parseInt(port, 16),
          isLoopback: loopback.test(address),
        };
      }),
  );
}

function socketInodes(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`)
    .map((fd) => linkOf(`/proc/${pid}/fd/${fd}`).match(/^socket:\[(\d+)\]$/)?.[1])
    .filter((inode) => inode !== undefined);
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
