import { cacheRoot } from './cache-root.ts';
import { findGo, type GoToolchain } from './go-toolchain.ts';
import { createOrigins } from './origins.ts';
import type { Progress } from './progress.ts';
import { createLimit, type Limit, type SetupContext } from './setup-context.ts';

export type Given = Pick<SetupContext, 'env' | 'sources' | 'signal'>;

/** What all steps of one set-up share: each host is asked once, Go is looked for once. */
export function createContext(given: Given, progress: Progress): SetupContext {
  const onUnreachable = (host: string, why: string) =>
    progress.note(`${host} cannot be reached (${why}); what it offers is built here instead`);
  const builds = new Map<string, Limit>();
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
    limitBuildsIn: (moduleFolder) => {
      // Two builds of one module at a time would compile what they share twice; each uses every core anyway.
      const limit = builds.get(moduleFolder) ?? createLimit(1);
      builds.set(moduleFolder, limit);
      return limit;
    },
  };
  return context;
}
