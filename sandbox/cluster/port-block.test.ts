import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { blockStarts, claimPortBlock, type PortBlock, portRoles, portsOfBlock } from './port-block.ts';

const open: (PortBlock | Server)[] = [];
afterEach(() => {
  for (const each of open.splice(0)) 'ports' in each ? each.release() : each.close();
});

async function claim(firstPort?: number): Promise<PortBlock> {
  const block = await claimPortBlock(firstPort);
  open.push(block);
  return block;
}

describe('a block of ports', () => {
  it('gives every role a port of its own', () => {
    const ports = Object.values(portsOfBlock(20_000));
    expect(new Set(ports).size).toBe(portRoles.length);
    expect(Math.max(...ports)).toBeLessThan(20_010);
  });

  it('is never given to two who claim at the same time', async () => {
    const blocks = await Promise.all(Array.from({ length: 8 }, () => claim()));
    expect(new Set(blocks.map(({ ports }) => ports.claim)).size).toBe(8);
  });

  it('is passed over when another process listens on one of its ports', async () => {
    const { ports, release } = await claim();
    release();
    open.splice(0, 1, await listen(ports.redis));
    const starts = blockStarts(32_768);
    const other = await claimPortBlock(undefined, () => (starts.indexOf(ports.claim) + 0.5) / starts.length);
    open.push(other);
    expect(other.ports.claim).toBeGreaterThan(ports.claim);
  });

  it('that was asked for and is taken is refused with the port that is in the way', async () => {
    const { ports } = await claim();
    await expect(claimPortBlock(ports.claim)).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      exitCode: 2,
      message: `port ${ports.claim} on 127.0.0.1 is taken`,
    });
  });

  it('names the port in the way when it is not the first', async () => {
    const block = await claim();
    block.release();
    open.pop();
    open.push(await listen(block.ports.kubeScheduler));
    await expect(claimPortBlock(block.ports.claim)).rejects.toThrow(`port ${block.ports.kubeScheduler} `);
  });
});

describe('where blocks lie', () => {
  it.each([
    { name: 'up to the ephemeral range', ephemeralStart: 20_030, expected: [20_000, 20_010, 20_020] },
    { name: 'up to 32000 below the usual range', ephemeralStart: 32_768, last: 31_990, count: 1200 },
    { name: 'in it where it begins below 20000', ephemeralStart: 1024, last: 31_990, count: 1200 },
  ])('$name', ({ ephemeralStart, expected, last, count }) => {
    const starts = blockStarts(ephemeralStart);
    if (expected) expect(starts).toEqual(expected);
    if (count) expect([starts.at(-1), starts.length]).toEqual([last, count]);
  });
});

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => resolve(server));
  });
}
