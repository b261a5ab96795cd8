import type { GoToolchain } from './go-toolchain.ts';
import type { Origins } from './origins.ts';
import type { Progress } from './progress.ts';
import type { ToolName } from './tools.ts';

/** What the steps of a set-up share. */
export interface SetupContext {
  readonly env: NodeJS.ProcessEnv;
  /** Root of the cache. */
  readonly cache: string;
  readonly progress: Progress;
  readonly origins: Origins;
  readonly signal: AbortSignal;
  /** Ways to a tool that may be used (`TUNE_SOURCES`), all by default. */
  readonly sources: readonly AllowedSource[];
  /** Finds Go once, when the first build needs it. */
  readonly go: () => Promise<GoToolchain>;
  /** At most so many of these run at a time, of builds: in each Go module. */
  readonly limitDownloads: Limit;
  readonly limitBuildsIn: (moduleFolder: string) => Limit;
}

export type AllowedSource = 'path' | 'download' | 'build';

export type Limit = <T>(work: () => Promise<T>) => Promise<T>;

/** @param atOnce how many run at the same time, ≥ 1; the others wait in order */
export function createLimit(atOnce: number): Limit {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      // The place goes to the next in line; only when nobody waits is it given back.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

/** Whether the user's choices allow a way to a tool; the system's packages count as a download. */
export function mayUse(
  source: AllowedSource,
  name: ToolName,
  { env, sources }: Pick<SetupContext, 'env' | 'sources'>,
): boolean {
  const isEmbedded = source === 'build';
  if (name === 'redisServer' && env.TUNE_REDIS === 'embedded' && !isEmbedded) return false;
  if (name === 'redisServer' && env.TUNE_REDIS === 'redis' && isEmbedded) return false;
  return sources.includes(source);
}
