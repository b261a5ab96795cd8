import type { Command } from 'commander';
import { exitCodes, TuneError } from '../errors.ts';
import { interruptSignal } from './interrupt.ts';
import { stderrProgress } from './stderr-progress.ts';
import { toolVersion } from './tool-version.ts';

export interface RunFlags {
  readonly target?: string;
  readonly profile: string;
  readonly config?: string;
  readonly out?: string;
  readonly world: string;
  readonly k6Out: readonly string[];
  readonly chart?: string;
  readonly json?: boolean;
}

/** Flags that say what to run; `tune` and `tune load` share them. */
export function addRunFlags(command: Command): Command {
  return command
    .option('--target <name>', 'a target of tune.yaml, or the built-in sandbox')
    .option('--profile <name|file>', 'quick, standard, thorough, one of tune.yaml, or a YAML file', 'quick')
    .option('--config <file>', 'settings (default: ./tune.yaml where there is one)')
    .option('--out <folder>', 'run folder (default: runs/<time>-<target>)')
    .option('--world <name|file>', 'what is true in the sandbox', 'slots-and-queue-bound')
    .option(
      '--k6-out <output>',
      "a further k6 output, as k6's own --out spells it; may be repeated",
      collect,
      [],
    );
}

export function registerTune(program: Command): void {
  addRunFlags(program)
    .option('--chart <path>', 'chart to prove the overlay in (default: the fixture chart for the sandbox)')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  tune --target sandbox --profile quick\n  tune --target staging --profile standard --out runs/before-launch',
    )
    .action(async (flags: RunFlags) => {
      if (flags.target === undefined) throw noTarget();
      // Loaded only now: other commands need not wait for what only this one uses.
      const { runPipeline } = await import('../pipeline/run-pipeline.ts');
      const result = await runPipeline({
        ...flags,
        target: flags.target,
        workingFolder: process.cwd(),
        toolVersion: toolVersion(),
        signal: interruptSignal(),
        progress: stderrProgress(),
      });
      process.stdout.write(flags.json ? `${JSON.stringify(result)}\n` : `${result.text}\n`);
      process.exitCode = result.exitCode;
    });
}

export function noTarget(): TuneError {
  return new TuneError({
    code: 'NO_TARGET',
    message: 'no command and no --target was given',
    why: 'there is nothing to tune without a target',
    next: 'try tune --target sandbox --profile quick, or see tune --help',
    exitCode: exitCodes.usage,
  });
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}
