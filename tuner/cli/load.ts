import type { Command } from 'commander';
import { interruptSignal } from './interrupt.ts';
import { stderrProgress } from './stderr-progress.ts';
import { toolVersion } from './tool-version.ts';
import { addRunFlags, noTarget, type RunFlags } from './tune.ts';

export function registerLoad(program: Command): void {
  addRunFlags(program.command('load'))
    .description('load and record only; tune recommend goes on from the run folder')
    .addHelpText(
      'after',
      '\nExamples:\n  tune load --target sandbox --profile quick\n  tune load --target staging --profile ./spike.yaml --k6-out json=k6.json',
    )
    .action(async (_own: RunFlags, command: Command) => {
      // The program has flags of the same names, which commander would otherwise keep for itself.
      const flags = command.optsWithGlobals<RunFlags>();
      if (flags.target === undefined) throw noTarget();
      const { recordOnly } = await import('../pipeline/record-only.ts');
      const folder = await recordOnly({
        ...flags,
        target: flags.target,
        workingFolder: process.cwd(),
        toolVersion: toolVersion(),
        signal: interruptSignal(),
        progress: stderrProgress(),
      });
      process.stdout.write(`${folder.path}\n`);
    });
}
