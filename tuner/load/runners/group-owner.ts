import { hostname } from 'node:os';

/** Who follows a group of runners: `host/pid`. */
export function ownerName(): string {
  return `${hostname()}/${process.pid}`;
}

/** True only where it is certain: a process of this machine that has ended. */
export function ownerIsGone(owner: string): boolean {
  const [host, pid] = owner.split('/');
  if (host !== hostname() || !/^\d+$/.test(pid ?? '')) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
