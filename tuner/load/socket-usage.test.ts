import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readSocketUsage } from './socket-usage.ts';

function fakeProc(files: Readonly<Record<string, string>>): string {
  const proc = mkdtempSync(join(tmpdir(), 'proc-'));
  mkdirSync(join(proc, 'net'));
  mkdirSync(join(proc, 'sys', 'net', 'ipv4'), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(proc, name), text);
  return proc;
}

// As Linux 6.1 prints them; both families share the TIME_WAIT count.
const sockstat = `sockets: used 2150
TCP: inuse 1204 orphan 3 tw 817 alloc 1999 mem 328
UDP: inuse 4 mem 1
`;

it('counts the sockets of both families, those that wait, and the ports there are', () => {
  const proc = fakeProc({
    'net/sockstat': sockstat,
    'net/sockstat6': 'TCP6: inuse 96\nUDP6: inuse 1\n',
    'sys/net/ipv4/ip_local_port_range': '32768\t60999\n',
  });
  expect(readSocketUsage(proc)).toEqual({ tcpSocketsInUse: 1300, tcpTimeWait: 817, ephemeralPorts: 28232 });
});

it('does without IPv6, and knows nothing where there is no procfs', () => {
  expect(readSocketUsage(fakeProc({ 'net/sockstat': sockstat })).tcpSocketsInUse).toBe(1204);
  expect(readSocketUsage('/nonexistent')).toEqual({
    tcpSocketsInUse: null,
    tcpTimeWait: null,
    ephemeralPorts: null,
  });
});
