import { reasonOf } from './setup-failure.ts';
import type { Origin } from './tools.ts';
import versions from './versions.json' with { type: 'json' };

export interface Origins {
  url(origin: Origin, path: string): string;
  /** @returns null when the host answers, else why it cannot be reached; each host is asked once */
  whyUnreachable(origin: Origin): Promise<string | null>;
}

export interface OriginOptions {
  readonly timeoutMs?: number;
  /** Called once for each host that cannot be reached. */
  readonly onUnreachable?: (host: string, why: string) => void;
}

/** A host that is firewalled away does not answer at all; official ones answer within a second. */
const answerWithinMs = 4000;

/**
 * The sites official binaries come from: as in versions.json, or a mirror of the user's,
 * `TUNE_ORIGIN_GITHUB=https://mirror.example/github`.
 */
export function createOrigins(env: NodeJS.ProcessEnv, options: OriginOptions = {}): Origins {
  const { timeoutMs = answerWithinMs, onUnreachable } = options;
  const asked = new Map<string, Promise<string | null>>();
  const base = (origin: Origin) => (env[variableOf(origin)] ?? versions.origins[origin]).replace(/\/$/, '');
  return {
    url: (origin, path) => base(origin) + path,
    whyUnreachable(origin) {
      const { origin: host } = new URL(base(origin));
      const earlier = asked.get(host);
      if (earlier !== undefined) return earlier;
      const answer = probe(host, timeoutMs);
      asked.set(host, answer);
      return answer.then((why) => {
        if (why !== null) onUnreachable?.(host, why);
        return why;
      });
    },
  };
}

/** @example variableOf('githubApi') // 'TUNE_ORIGIN_GITHUB_API' */
export function variableOf(origin: Origin): string {
  return `TUNE_ORIGIN_${origin.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

async function probe(host: string, timeoutMs: number): Promise<string | null> {
  try {
    // Any answer will do, also 404: it is the host that is asked for, not a page.
    await fetch(host, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) });
    return null;
  } catch (error) {
    const isTimeout = error instanceof DOMException && error.name === 'TimeoutError';
    return isTimeout ? `no answer within ${timeoutMs / 1000} s` : reasonOf(error);
  }
}
