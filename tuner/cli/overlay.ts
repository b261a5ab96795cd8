import type { Command } from 'commander';

export interface OverlayFlags {
  readonly chart?: string;
  readonly values?: string;
  readonly helm?: string;
  readonly json?: boolean;
}

export function registerOverlay(program: Command): void {
  program
    .command('overlay')
    .argument('<run>', 'run folder with advice.json')
    .description('write a run’s advice as Helm values and manifests, proved by rendering the chart')
    .option('--chart <path>', 'chart folder or .tgz, at the version that is installed')
    .option('--values <file>', 'the release’s values: helm get values RELEASE --output yaml')
    .option('--helm <path>', 'helm to render with (default: the one set-up provides)')
    .option('--json', 'print overlay.json')
    .addHelpText(
      'after',
      '\nExamples:\n  tune overlay runs/2026-11-22-210000-staging --chart ./charts/dify\n  tune overlay runs/2026-11-22-210000-staging --chart dify-0.38.0.tgz --values values-in-force.yaml',
    )
    .action(async (run: string, _flags: OverlayFlags, command: Command) => {
      // `tune` itself has --chart and --json too, and takes them wherever they stand.
      const flags = command.optsWithGlobals<OverlayFlags>();
      const { overlayOfRun } = await import('./overlay-of-run.ts');
      process.stdout.write(`${await overlayOfRun(run, flags)}\n`);
    });
}
