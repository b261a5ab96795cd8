import { join } from 'node:path';
import { build } from 'esbuild';

/** The program that k6 runs where no other is named: it reads the plan and runs all its classes. */
export const mixedProgram = join(import.meta.dirname, '..', '..', 'scenarios', 'mixed.ts');

/**
 * A k6 program and all that it imports as one script.
 *
 * k6 keeps each module once for every VU, at some 10 kB: thirty small files are 0.3 MB a VU more than one file.
 */
export async function bundleScript(program: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [program],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    external: ['k6', 'k6/*'],
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}
