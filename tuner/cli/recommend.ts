import type { Command } from 'commander';
import { interruptSignal } from './interrupt.ts';
import { stderrProgress } from './stderr-progress.ts';
import { toolVersion } from './tool-version.ts';

interface RecommendFlags {
  readonly config?: string;
  readonly chart?: string;
  readonly json?: boolean;
}

export function registerRecommend(program: Command): void {
  program
    .command('recommend')
    .description('evidence, advice, overlay and report from a recorded run; needs no cluster')
    .argument('<run>', 'run folder')
    .option('--config <file>', 'settings (default: ./tune.yaml where there is one)')
    .option('--chart <path>', 'chart to prove the overlay in')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  tune recommend runs/2026-11-22-staging\n  tune recommend RUN --chart ./dify --json',
    )
    .action(async (run: string, _own: RecommendFlags, command: Command) => {
      const flags = command.optsWithGlobals<RecommendFlags>();
      const { recommendFrom } = await import('../pipeline/recommend-from.ts');
      const { openRunFolder } = await import('../pipeline/run-folder.ts');
      const { readConfig } = await import('../config/read-config.ts');
      const result = await recommendFrom(openRunFolder(run, process.cwd()), {
        config: readConfig(flags.config, process.cwd()),
        chart: flags.chart,
        toolVersion: toolVersion(),
        signal: interruptSignal(),
        progress: stderrProgress(),
      });
      process.stdout.write(flags.json ? `${JSON.stringify(result)}\n` : `${result.text}\n`);
      process.exitCode = result.exitCode;
    });
}
