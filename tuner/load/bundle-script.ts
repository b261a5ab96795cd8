import { basename, join } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import type { PlannedScenario } from '../contracts/load-plan.ts';

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
  chat: { 'run-conversation.ts': 'export function runConversation() { leftOut() }' },
  workflow: { 'run-workflow.ts': 'export function runWorkflow() { leftOut() }' },
  /** Users who stop an answer; nobody does then. */
  stop: { 'stop.ts': 'export function stopAfterTokens() {} export function callStop() {}' },
} as const satisfies Record<string, Record<string, string>>;

export type ScenarioPart = keyof typeof parts;

/** Parts that a plan does not need on this project's k6. */
export function unneededParts(scenarios: readonly Pick<PlannedScenario, 'kind' | 'stop'>[]): ScenarioPart[] {
  return [
    ...(process.env.TUNE_SSE === 'callback' ? [] : ['callback' as const]),
    'environment',
    ...(['chat', 'workflow', 'indexing'] as const).filter((kind) =>
      scenarios.every((scenario) => scenario.kind !== kind),
    ),
    ...(scenarios.some(({ stop }) => stop !== undefined) ? [] : ['stop' as const]),
  ];
}

/**
 * Files of scenarios/lib that k6's first context alone calls, by the one function that is called of each: what they
 * consist of is made when it is called, and not in every VU.
 */
const calledOnce: Readonly<Record<string, string>> = {
  'k6-options.ts': 'k6Options',
  'data-rows.ts': 'dataRows',
};

const shared = {
  bundle: true,
  write: false,
  target: 'es2022',
  external: ['k6', 'k6/*'],
  logLevel: 'silent',
} as const satisfies BuildOptions;

/**
 * A k6 program and all that it imports as one script.
 *
 * k6 keeps each module once for every VU, at some 10 kB, and each function at 0.7 kB: thirty small files are 0.3 MB a VU
 * more than one file.
 *
 * @param without parts that this load does not need; to call one throws
 */
export async function bundleScript(program: string, without: readonly ScenarioPart[] = []): Promise<string> {
  const plugins = [makingWhenCalled, leavingOut(without)];
  const { outputFiles } = await build({ ...shared, entryPoints: [program], format: 'esm', plugins });
  return outputFiles[0]?.text ?? '';
}

const scenarioParts = /[\\/]scenarios[\\/]lib[\\/][\w-]+\.ts$/;

const makingWhenCalled: Plugin = {
  name: 'make-when-called',
  setup({ onLoad }) {
    onLoad({ filter: scenarioParts }, async ({ path }) => {
      const name = calledOnce[basename(path)];
      if (name === undefined) return null;
      const { outputFiles } = await build({
        ...shared,
        entryPoints: [path],
        format: 'iife',
        globalName: 'part',
      });
      const made = `const made = () => {\n${outputFiles[0]?.text}\nreturn part.${name};\n};`;
      return {
        contents: `export function ${name}(...given) {\n${made}\nreturn made()(...given);\n}`,
        loader: 'js',
      };
    });
  },
};

function leavingOut(without: readonly ScenarioPart[]): Plugin {
  const stubs = new Map<string, string>(without.flatMap((part) => Object.entries(parts[part])));
  const reason = `function leftOut() { throw new Error('this script was made without ${without.join(', ')}') }`;
  return {
    name: 'leave-out',
    setup({ onLoad }) {
      onLoad({ filter: scenarioParts }, ({ path }) => {
        const stub = stubs.get(basename(path));
        return stub === undefined ? null : { contents: `${stub}\n${reason}`, loader: 'js' };
      });
    },
  };
}
