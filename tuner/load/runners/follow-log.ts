import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from '../../cluster/api-client.ts';
import { ApiError } from '../../cluster/api-error.ts';

export interface FollowLogOptions {
  readonly api: Pick<ApiClient, 'stream'>;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly signal: AbortSignal;
  /** Once for each line, without its timestamp. */
  readonly onLine: (text: string) => void;
  /** Lines between two moments (ISO) can no longer be had; the end is null when nothing came after. */
  readonly onGap: (from: string, to: string | null) => void;
  /** The container writes no more. */
  readonly hasEnded: () => boolean;
  /** A stream that brings nothing for so long is asked for anew; default 20,000. */
  readonly silenceMs?: number;
  /** Default 250. */
  readonly retryMs?: number;
}

/** Seen lines are kept for so long before the newest: what is asked for again begins at a whole second. */
const overlapMs = 2_000;
/** A container that has ended is given up when its log cannot be read so often. */
const lastAttempts = 8;

/**
 * A container's log, every line once, through streams that break. Each line carries the moment at which it was
 * written; after a break the log is asked for from the newest one's second on, and what is known already is dropped.
 *
 * @returns when the container has ended and its log is read, when the pod is gone, or when the signal ends it
 */
export async function followLog(options: FollowLogOptions): Promise<void> {
  const { signal, hasEnded, retryMs = 250 } = options;
  const reader = startReader(options);
  let failures = 0;
  for (;;) {
    const hadEnded = hasEnded();
    const before = reader.count();
    const outcome = await readOnce(options, reader);
    if (signal.aborted || outcome === 'gone') return;
    if (outcome === 'complete' && hadEnded) return;
    failures = outcome === 'complete' || reader.count() > before ? 0 : failures + 1;
    if (hasEnded() && failures >= lastAttempts) return reader.giveUp();
    // One look more shows whether the container wrote on after the stream was asked for; there is nothing to wait for.
    if (outcome === 'complete' && hasEnded()) continue;
    await sleep(Math.min(retryMs * 2 ** failures, 5_000), undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
  }
}

interface LogReader {
  /** Where to go on; null: nothing was read yet. */
  sinceTime(): string | null;
  /** Lines handed on. */
  count(): number;
  beginStream(): void;
  line(stamped: string): void;
  giveUp(): void;
}

function startReader({ onLine, onGap }: FollowLogOptions): LogReader {
  let seen: { readonly stamped: string; readonly atMs: number }[] = [];
  let known = new Set<string>();
  let newest: string | null = null;
  let isOverlapAwaited = false;
  let count = 0;

  const remember = (stamped: string, stamp: string) => {
    const atMs = Date.parse(stamp);
    seen.push({ stamped, atMs });
    known.add(stamped);
    if (newest === null || atMs >= Date.parse(newest)) newest = stamp;
    if (seen.length < 256) return;
    const oldestMs = Math.floor(Date.parse(newest) / 1_000) * 1_000 - overlapMs;
    seen = seen.filter((each) => each.atMs >= oldestMs);
    known = new Set(seen.map((each) => each.stamped));
  };
  return {
    sinceTime: () => (newest === null ? null : wholeSecond(newest)),
    count: () => count,
    beginStream() {
      isOverlapAwaited = newest !== null;
    },
    line(stamped) {
      if (known.has(stamped)) {
        isOverlapAwaited = false;
        return;
      }
      const end = stamped.indexOf(' ');
      const stamp = end < 0 ? stamped : stamped.slice(0, end);
      // The newest line that was read must come again: where it does not, the log was cut in between.
      if (isOverlapAwaited && newest !== null) onGap(newest, stamp);
      isOverlapAwaited = false;
      remember(stamped, stamp);
      count += 1;
      onLine(end < 0 ? '' : stamped.slice(end + 1));
    },
    giveUp() {
      if (newest !== null) onGap(newest, null);
    },
  };
}

/** sinceTime is a whole second, and some runtimes stamp lines in their own time zone. */
function wholeSecond(stamp: string): string {
  return `${new Date(Date.parse(stamp)).toISOString().slice(0, 19)}Z`;
}

async function readOnce(
  options: FollowLogOptions,
  reader: LogReader,
): Promise<'complete' | 'broken' | 'gone'> {
  const { api, namespace, pod, container, silenceMs = 20_000 } = options;
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), silenceMs);
  const since = reader.sinceTime();
  const query = {
    container,
    follow: 'true',
    timestamps: 'true',
    ...(since === null ? {} : { sinceTime: since }),
  };
  reader.beginStream();
  try {
    const chunks = api.stream(`/api/v1/namespaces/${namespace}/pods/${pod}/log`, {
      query,
      signal: AbortSignal.any([options.signal, silence.signal]),
    });
    for await (const line of linesOf(chunks, () => timer.refresh())) reader.line(line);
    return 'complete';
  } catch (thrown) {
    return thrown instanceof ApiError && thrown.status === 404 ? 'gone' : 'broken';
  } finally {
    clearTimeout(timer);
  }
}

/** Whole lines: what a broken stream has left of one comes again in the next. */
async function* linesOf(chunks: AsyncIterable<Uint8Array>, onChunk: () => void): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    onChunk();
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}
