import { availableParallelism } from 'node:os';
import { cacheRoot } from './cache-root.ts';
import { findGo, type GoToolchain } from './go-toolchain.ts';
import { createOrigins } from './origins.ts';
import type { Progress } from './progress.ts';
import { createLimit, type SetupContext } from './setup-context.ts';

export type Given = Pick<SetupContext, 'env' | 'sources' | 'signal'>;

/** What all steps of one set-up share: each host is asked once, Go is looked for once. */
export function createContext(given: Given, progress: Progress): SetupContext {
  const onUnreachable = (host: string, why: string) =>
    progress.note(`${host} cannot be reached (${why}); what it offers is built here instead`);
  let go: Promise<GoToolchain> | undefined;
  const context: SetupContext = {
    ...given,
    cache: cacheRoot(given.env),
    progress,
    origins: createOrigins(given.env, { onUnreachable }),
    go: () => {
      go ??= findGo(context);
      return go;
    },
    limitDownloads: createLimit(4),
    // Go itself uses every core; a second build fills the gaps that linking leaves.
    limitBuilds: createLimit(Math.min(2, availableParallelism())),
  };
  return context;
}
