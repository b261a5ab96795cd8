import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { goEnvironment } from './build-unit.ts';
import type { GoToolchain } from './go-toolchain.ts';
import { countGoTest, countVitest, type TestCount } from './test-count.ts';

const checkout = join(import.meta.dirname, '..', '..');
const bin = (name: string) => join(checkout, 'node_modules', '.bin', name);

export interface Step {
  readonly name: string;
  run(context: StepContext): Promise<TestCount>;
}

export interface StepContext {
  /** Carries the mark by which processes left behind are found. */
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly go: () => Promise<GoToolchain>;
}

/** Steps of a run in their order, the quick ones first. */
export function stepsFor({ unitOnly, long }: { unitOnly: boolean; long: boolean }): readonly Step[] {
  const extension = join(checkout, 'scenarios', 'extension');
  return [
    nodeCheck('types', [bin('tsc'), '--noEmit']),
    nodeCheck('types of the scenarios', [bin('tsc'), '--noEmit', '-p', 'scenarios']),
    nodeCheck('style', [bin('biome'), 'check', '.']),
    goVet('go vet of the k6 extension', extension, './...'),
    goVet('go vet of the embedded Redis', join(checkout, 'scripts/tools/programs'), './embedded-redis'),
    goTests('Go tests of the k6 extension', extension),
    vitest('unit tests', 'unit'),
    ...(unitOnly ? [] : [vitest('end-to-end tests', 'e2e')]),
    ...(long ? [vitest('long tests', 'long')] : []),
  ];
}

/** A check that either holds or does not counts as one test. */
function nodeCheck(name: string, args: readonly string[]): Step {
  return {
    name,
    async run({ env, signal }) {
      const { failed } = await execa(process.execPath, [...args], {
        ...toScreen,
        cwd: checkout,
        env,
        cancelSignal: signal,
      });
      return one(name, failed);
    },
  };
}

function goVet(name: string, folder: string, packages: string): Step {
  return {
    name,
    async run({ env, signal, go }) {
      const toolchain = await go();
      const options = { ...toScreen, cwd: folder, env: goEnvironment(toolchain, env), cancelSignal: signal };
      const { failed } = await execa(toolchain.command, ['vet', '-trimpath', packages], options);
      return one(name, failed);
    },
  };
}

function goTests(name: string, folder: string): Step {
  return {
    name,
    async run({ env, signal, go }) {
      const toolchain = await go();
      // -trimpath as in the build: the tests then use what that compiled.
      const { stdout, stderr, exitCode } = await execa(
        toolchain.command,
        ['test', '-trimpath', '-json', './...'],
        {
          cwd: folder,
          env: goEnvironment(toolchain, env),
          cancelSignal: signal,
          reject: false,
          stdin: 'ignore',
          maxBuffer: 1e9,
        },
      );
      const count = countGoTest(stdout, exitCode);
      if (count.failures.length > 0) process.stderr.write(`${outputOf(stdout)}${stderr}\n`);
      return count;
    },
  };
}

function vitest(name: string, project: string): Step {
  return {
    name,
    async run({ env, signal }) {
      const folder = mkdtempSync(join(tmpdir(), 'tune-test-'));
      const report = join(folder, 'report.json');
      const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
      const { exitCode } = await execa(
        process.execPath,
        [bin('vitest'), 'run', '--project', project, ...reporters],
        {
          ...toScreen,
          cwd: checkout,
          env,
          cancelSignal: signal,
          // A cluster has to be taken down before its test can end.
          forceKillAfterDelay: 60_000,
        },
      );
      const text = readIfThere(report);
      rmSync(folder, { recursive: true });
      return countVitest(text, exitCode);
    },
  };
}

const toScreen = { stdin: 'ignore', stdout: 'inherit', stderr: 'inherit', reject: false } as const;

function one(name: string, failed: boolean): TestCount {
  return failed ? { passed: 0, failures: [name] } : { passed: 1, failures: [] };
}

/** What the tests themselves printed, out of the events. */
function outputOf(events: string): string {
  return events
    .split('\n')
    .map((line) =>
      line.startsWith('{') ? ((JSON.parse(line) as { Output?: string }).Output ?? '') : `${line}\n`,
    )
    .join('');
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
