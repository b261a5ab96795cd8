import type { Command } from 'commander';

export function registerReport(program: Command): void {
  program
    .command('report')
    .argument('<run...>', 'run folders')
    .description('write report.html and junit.xml of runs, as far as each of them got')
    .option('--json', 'print the paths as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  tune report runs/2026-11-22-210000-staging\n  tune report runs/*-nightly --json',
    )
    .action(async (runs: string[], _flags: object, command: Command) => {
      const { json } = command.optsWithGlobals<{ json?: boolean }>();
      const { reportOfRuns } = await import('./report-of-run.ts');
      const pages = await reportOfRuns(runs);
      process.stdout.write(`${json ? JSON.stringify({ reports: pages }) : pages.join('\n')}\n`);
    });
}
