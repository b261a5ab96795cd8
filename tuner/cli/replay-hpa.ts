import type { Command } from 'commander';

const examples = `
Examples:
  tune replay-hpa case-1.json.gz
  tune replay-hpa --check traces/*.json.gz
  tune replay-hpa --kubernetes-version 1.33.4 case-1.json | jq .scaledTo

One line of JSON a sync: {"file","atMs","scaledTo","desiredReplicas","conditions"}. Format of the files: docs/hpa.md.`;

export interface ReplayFlags {
  readonly check?: boolean;
  readonly kubernetesVersion?: string;
}

export function registerReplayHpa(program: Command): void {
  program
    .command('replay-hpa')
    .description('decide recorded HPA syncs anew, by the rules of the HPA controller')
    .argument('<file...>', 'HPA traces, .json or .json.gz')
    .option(
      '--check',
      'print only the syncs that were decided otherwise than recorded; exit 5 if there are any',
    )
    .option('--kubernetes-version <version>', "replay by this version's rules instead of the recorded one's")
    .addHelpText('after', examples)
    .action(async (files: string[], flags: ReplayFlags) => {
      const { replayFiles } = await import('./replay-files.ts');
      await replayFiles(files, flags);
    });
}
