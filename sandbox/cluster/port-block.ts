/**
 * Ports for one sandbox, claimed so that two sandboxes starting at once never choose the same.
 *
 * The components bind their ports some seconds after the choice. So the first port of a block of ten is the
 * claim: whoever listens there owns the other nine, and the kernel withdraws the claim when the owner dies.
 * Blocks lie below the range from which the kernel hands out ports to others.
 */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { exitCodes, TuneError } from '../../tuner/errors.ts';

export const portRoles = [
  'claim',
  'etcd',
  'etcdPeer',
  'kubeApiserver',
  'kubeControllerManager',
  'kubeScheduler',
  'kwokController',
  'metricsServer',
  'redis',
] as const;
export type PortRole = (typeof portRoles)[number];
export type Ports = Readonly<Record<PortRole, number>>;

const blockSize = 10;
const lowest = 20_000;
const highest = 32_000;

export interface PortBlock {
  readonly ports: Ports;
  release(): void;
}

/**
 * @param firstPort the block to take; a free one is looked for when absent
 * @param random where the search starts, 0 ≤ x < 1; spreads sandboxes that start together
 * @throws TuneError PORT_IN_USE (exit 2) for a block that was asked for, NO_FREE_PORTS (exit 2) otherwise
 */
export async function claimPortBlock(
  firstPort?: number,
  random: () => number = Math.random,
): Promise<PortBlock> {
  if (firstPort !== undefined) {
    const claimed = await tryClaim(firstPort);
    if ('ports' in claimed) return claimed;
    throw portInUse(firstPort, claimed.taken);
  }
  const starts = blockStarts(ephemeralRangeStart());
  const offset = Math.floor(random() * starts.length);
  for (const start of [...starts.slice(offset), ...starts.slice(0, offset)]) {
    const claimed = await tryClaim(start);
    if ('ports' in claimed) return claimed;
  }
  throw new TuneError({
    code: 'NO_FREE_PORTS',
    message: `no ${blockSize} neighbouring ports are free on 127.0.0.1 between ${lowest} and ${highest}`,
    why: 'each sandbox needs a block of its own; others hold all of them',
    next: 'end sandboxes you no longer need (`tune sandbox down --name …`), or name a block with --first-port',
    exitCode: exitCodes.usage,
  });
}

/**
 * First ports of all blocks, lowest first.
 *
 * @param ephemeralStart first port the kernel gives to outgoing connections
 * @example blockStarts(20_030) // [20000, 20010, 20020]
 */
export function blockStarts(ephemeralStart: number): number[] {
  const end = ephemeralStart >= lowest + blockSize ? Math.min(highest, ephemeralStart) : highest;
  return Array.from(
    { length: Math.floor((end - lowest) / blockSize) },
    (_, index) => lowest + index * blockSize,
  );
}

export function portsOfBlock(firstPort: number): Ports {
  return Object.fromEntries(portRoles.map((role, index) => [role, firstPort + index])) as Record<
    PortRole,
    number
  >;
}

async function tryClaim(firstPort: number): Promise<PortBlock | { taken: number }> {
  const ports = portsOfBlock(firstPort);
  const claim = await listen(ports.claim);
  if (claim === null) return { taken: ports.claim };
  for (const role of portRoles.filter((each) => each !== 'claim')) {
    const server = await listen(ports[role]);
    if (server === null) {
      await close(claim);
      return { taken: ports[role] };
    }
    await close(server);
  }
  claim.unref();
  return { ports, release: () => void claim.close() };
}

/** @returns null when the port is taken */
function listen(port: number): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(null);
      else reject(error);
    });
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => resolve(server));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

function ephemeralRangeStart(): number {
  try {
    return Number.parseInt(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8'), 10);
  } catch {
    // IANA's range, which macOS keeps to.
    return 49_152;
  }
}

function portInUse(firstPort: number, taken: number): TuneError {
  return new TuneError({
    code: 'PORT_IN_USE',
    message: `port ${taken} on 127.0.0.1 is taken`,
    why: `a sandbox with --first-port ${firstPort} needs the ports ${firstPort} to ${firstPort + blockSize - 1}, and another process listens there`,
    next: 'leave --first-port out, so that a free block is chosen, or end what listens there',
    exitCode: exitCodes.usage,
  });
}
