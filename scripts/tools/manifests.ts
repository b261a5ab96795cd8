import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { goEnvironment } from './build-unit.ts';
import { installEntry } from './cache-entry.ts';
import type { SetupContext } from './setup-context.ts';
import { reasonOf, setupFailure } from './setup-failure.ts';
import type { Unit } from './units.ts';
import versions from './versions.json' with { type: 'json' };

const wanted = [
  {
    module: `sigs.k8s.io/metrics-server@v${versions.metricsServer}`,
    from: 'manifests/base',
    to: 'metrics-server',
  },
  {
    module: `sigs.k8s.io/kwok@v${versions.kwok}`,
    from: 'kustomize/metrics/usage/usage-from-annotation.yaml',
    to: 'kwok/usage-from-annotation.yaml',
  },
  {
    module: `sigs.k8s.io/kwok@v${versions.kwok}`,
    from: 'kustomize/metrics/resource/metrics-resource.yaml',
    to: 'kwok/metrics-resource.yaml',
  },
];

/**
 * Copies the YAML that configures kwok and metrics-server out of their Go modules, whose checksums go.sum holds.
 *
 * @throws TuneError MANIFESTS_MISSING
 */
export async function copyManifests(unit: Unit, folder: string, context: SetupContext): Promise<void> {
  const go = await context.go();
  const task = context.progress.begin(unit.name, 'copying from the modules of kwok and metrics-server');
  try {
    await installEntry(context.cache, folder, async (staging) => {
      await mkdir(join(staging, 'kwok'));
      for (const { module, from, to } of wanted) {
        const { stdout } = await execa(go.command, ['mod', 'download', '-json', module], {
          cwd: unit.moduleFolder,
          env: goEnvironment(go, context.env),
          cancelSignal: context.signal,
        });
        const { Dir } = JSON.parse(stdout) as { Dir: string };
        await cp(join(Dir, from), join(staging, to), { recursive: true });
      }
    });
    task.done('copied');
  } catch (error) {
    task.drop();
    context.signal.throwIfAborted();
    throw setupFailure(
      'MANIFESTS_MISSING',
      `${unit.name}: the modules of kwok and metrics-server cannot be had`,
      reasonOf(error),
      'check that the Go module proxy can be reached, or set GOPROXY to one that can; then run `scripts/setup` again',
      error,
    );
  }
}
