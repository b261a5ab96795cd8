import { randomUUID } from 'node:crypto';
import { execa } from 'execa';
import type { Cluster } from '../cluster/cluster.ts';
import type { Target } from '../contracts/config.ts';
import type { LoadPlan } from '../contracts/load-plan.ts';
import type { LoadRunOptions, LoadRunResult } from '../load/load-run.ts';
import { runLoad } from '../load/run-load.ts';
import { prepareRunners } from '../load/runners/prepare-runners.ts';
import { runLoadOnCluster } from '../load/runners/run-on-cluster.ts';
import { watchRunnerUsage } from '../load/runners/watch-runner-usage.ts';
import { watchGenerator } from '../load/watch-generator.ts';
import type { Progress } from './progress.ts';

/** Where a run's load is made. */
export interface LoadSource {
  /** null: the image's, which nobody has asked. */
  readonly k6Version: string | null;
  /** Makes the load, and watches whoever makes it meanwhile. */
  run(options: SourceRunOptions): Promise<LoadRunResult>;
}

export interface SourceRunOptions extends Omit<LoadRunOptions, 'k6Path' | 'onProcess' | 'script'> {
  /** What people should know meanwhile. */
  readonly say: (text: string) => void;
}

export interface LoadSourceOptions {
  readonly target: Target;
  readonly cluster: Cluster;
  readonly plan: LoadPlan;
  readonly extraOutputs: readonly string[];
  readonly k6Path: string;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

/**
 * This machine, or pods of the target's cluster, by `load.runner`; all that can be wrong with it is said now.
 *
 * @throws TuneError as `prepareRunners` does
 */
export async function openLoadSource(options: LoadSourceOptions): Promise<LoadSource> {
  return options.target.load.runner === 'local' ? thisMachine(options) : pods(options);
}

async function thisMachine({ k6Path }: LoadSourceOptions): Promise<LoadSource> {
  return {
    k6Version: await readK6Version(k6Path),
    async run(options) {
      const generator = watchGenerator(options);
      try {
        return await runLoad({ ...options, k6Path, onProcess: (pid) => generator.setProcess(pid) });
      } finally {
        generator.stop();
      }
    },
  };
}

async function pods({
  target,
  cluster,
  plan,
  extraOutputs,
  signal,
  progress,
}: LoadSourceOptions): Promise<LoadSource> {
  const say = (text: string) => progress.say(text);
  const namespace = await prepareRunners({ cluster, target, plan, outputs: extraOutputs, signal, say });
  const { api } = cluster;
  return {
    k6Version: null,
    async run(options) {
      const name = `tune-load-${randomUUID().slice(0, 8)}`;
      const usage = watchRunnerUsage({ ...options, api, namespace, name });
      try {
        return await runLoadOnCluster({
          ...options,
          api,
          namespace,
          name,
          settings: target.load,
          onRunners: (runners) => usage.setRunners(runners),
        });
      } finally {
        usage.stop();
      }
    },
  };
}

async function readK6Version(k6Path: string): Promise<string | null> {
  const { stdout } = await execa(k6Path, ['version'], { reject: false });
  return typeof stdout === 'string' ? (/v\d+\.\d+\.\d+/.exec(stdout)?.[0] ?? null) : null;
}
