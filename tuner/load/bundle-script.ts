import { basename, join } from 'node:path';
import { build, type Plugin } from 'esbuild';

/** The program that k6 runs where no other is named: it reads the plan and runs all its classes. */
export const mixedProgram = join(import.meta.dirname, '..', '..', 'scenarios', 'mixed.ts');

/**
 * Parts of the scenarios that many loads do not need, as files of scenarios/lib and what takes their place. k6 makes
 * every function anew for every VU, and thousands of VUs are most of what a large load takes of memory.
 */
const parts = {
  /** Event by event, on a k6 without this project's extension. */
  callback: {
    'send-by-callback.ts':
      'export const isCallbackMode = false; export function sendByCallback() { leftOut() }',
  },
  /** The plan that is made where none is given. */
  environment: { 'plan-from-environment.ts': 'export function planFromEnvironment() { leftOut() }' },
  /** Documents; what they leave behind is none then. */
  indexing: {
    'run-indexing.ts': 'export function runIndexing() { leftOut() }',
    'delete-left-documents.ts': 'export function deleteLeftDocuments() {}',
  },
} as const satisfies Record<string, Record<string, string>>;

export type ScenarioPart = keyof typeof parts;

/**
 * A k6 program and all that it imports as one script.
 *
 * k6 keeps each module once for every VU, at some 10 kB: thirty small files are 0.3 MB a VU more than one file.
 *
 * @param without parts that this load does not need; to call one throws
 */
export async function bundleScript(program: string, without: readonly ScenarioPart[] = []): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [program],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    external: ['k6', 'k6/*'],
    plugins: [leavingOut(without)],
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}

function leavingOut(without: readonly ScenarioPart[]): Plugin {
  const stubs = new Map<string, string>(without.flatMap((part) => Object.entries(parts[part])));
  const reason = `function leftOut() { throw new Error('this script was made without ${without.join(', ')}') }`;
  return {
    name: 'leave-out',
    setup({ onLoad }) {
      onLoad({ filter: /[\\/]scenarios[\\/]lib[\\/][\w-]+\.ts$/ }, ({ path }) => {
        const stub = stubs.get(basename(path));
        return stub === undefined ? null : { contents: `${stub}\n${reason}`, loader: 'js' };
      });
    },
  };
}
