import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Makes this process the only supervisor of a folder for as long as it lives.
 *
 * A listening socket named after the folder: the kernel gives it to one process at a time and takes it back
 * however that process ends, which no lock file does.
 *
 * @returns false when another process holds it
 */
export async function claimFolder(folder: string): Promise<boolean> {
  const name = `tune-sandbox-${createHash('sha256').update(folder).digest('hex').slice(0, 24)}`;
  // Linux has names that are no files. Elsewhere the file outlives its owner and must be asked who answers.
  if (process.platform === 'linux') return (await listen(`\0${name}`)) !== null;
  const file = join(tmpdir(), `${name}.sock`);
  if (!(await answers(file))) rmSync(file, { force: true });
  return (await listen(file)) !== null;
}

function listen(path: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(null);
      else reject(error);
    });
    server.listen({ path }, () => {
      server.unref();
      resolve(server);
    });
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
