import { readFileSync } from 'node:fs';

/** What the kernel tells of TCP on the whole machine (of this network namespace); null where it does not. */
export interface SocketUsage {
  readonly tcpSocketsInUse: number | null;
  readonly tcpTimeWait: number | null;
  readonly ephemeralPorts: number | null;
}

/** @param proc root of procfs */
export function readSocketUsage(proc = '/proc'): SocketUsage {
  const v4 = readText(`${proc}/net/sockstat`);
  const v6 = readText(`${proc}/net/sockstat6`);
  const ipv4InUse = numberAfter(v4, /^TCP: inuse (\d+)/m);
  const range = /^\s*(\d+)\s+(\d+)/.exec(readText(`${proc}/sys/net/ipv4/ip_local_port_range`) ?? '');
  return {
    // A machine without IPv6 has no such file, and no such sockets.
    tcpSocketsInUse: ipv4InUse === null ? null : ipv4InUse + (numberAfter(v6, /^TCP6: inuse (\d+)/m) ?? 0),
    tcpTimeWait: numberAfter(v4, /^TCP: .*\btw (\d+)/m),
    ephemeralPorts: range === null ? null : Number(range[2]) - Number(range[1]) + 1,
  };
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function numberAfter(text: string | null, pattern: RegExp): number | null {
  const found = text === null ? null : pattern.exec(text);
  return found === null ? null : Number(found[1]);
}
