import { join } from 'node:path';
import { execa } from 'execa';
import { goEnvironment } from '../tools/build-unit.ts';
import { createContext } from '../tools/create-context.ts';
import { createProgress } from '../tools/progress.ts';

/** Builds the server and the bare reader (streams/) into the folder; takes some seconds. */
export async function buildStreams(folder: string, signal: AbortSignal): Promise<string> {
  const context = createContext(
    { env: process.env, signal, sources: ['path', 'download', 'build'] },
    createProgress(process.stderr),
  );
  const go = await context.go();
  const program = join(folder, 'streams');
  await execa(go.command, ['build', '-trimpath', '-o', program, '.'], {
    cwd: join(import.meta.dirname, 'streams'),
    env: goEnvironment(go, process.env),
    cancelSignal: signal,
  });
  return program;
}
