import { describe, expect, it } from 'vitest';
import { statusError } from '../../cluster/api-error.ts';
import { followLog } from './follow-log.ts';

interface StoredLine {
  readonly stamp: string;
  readonly text: string;
}

const stampOf = (ms: number) => `${new Date(Date.UTC(2026, 0, 1) + ms).toISOString().slice(0, -1)}123456Z`;

/** A kubelet's log, whose streams break as the test says. */
function fakeLog(
  lines: readonly StoredLine[],
  streams: readonly ((text: string) => Iterable<string | Error>)[],
) {
  const asked: Record<string, string>[] = [];
  let rotatedAway = 0;
  async function* stream(_path: string, { query = {} }: { query?: Readonly<Record<string, string>> }) {
    const behave = streams[Math.min(asked.length, streams.length - 1)] ?? ((text: string) => [text]);
    asked.push({ ...query });
    const since = query.sinceTime === undefined ? 0 : Date.parse(query.sinceTime);
    const there = lines.slice(rotatedAway).filter(({ stamp }) => Date.parse(stamp) >= since);
    const body = there.map(({ stamp, text }) => `${stamp} ${text}\n`).join('');
    for (const part of behave(body)) {
      if (part instanceof Error) throw part;
      yield new TextEncoder().encode(part);
    }
  }
  const rotate = (count: number) => {
    rotatedAway = count;
  };
  return { asked, stream, rotate };
}

async function follow(log: ReturnType<typeof fakeLog>, options: { hasEnded?: () => boolean } = {}) {
  const lines: string[] = [];
  const gaps: [string, string | null][] = [];
  await followLog({
    api: log,
    namespace: 'dify',
    pod: 'p',
    container: 'k6',
    signal: AbortSignal.timeout(5_000),
    hasEnded: options.hasEnded ?? (() => true),
    retryMs: 1,
    silenceMs: 60,
    onLine: (text) => lines.push(text),
    onGap: (from, to) => gaps.push([from, to]),
  });
  return { lines, gaps };
}

const hundred = Array.from({ length: 100 }, (_, n) => ({ stamp: stampOf(n * 300), text: `line ${n}` }));
const texts = hundred.map(({ text }) => text);
const whole = (text: string) => [text];
const broken = (bytes: number) => (text: string) => [text.slice(0, bytes), new Error('reset')];

describe('followLog', () => {
  it('reads a log to its end', async () => {
    const log = fakeLog(hundred, [whole]);
    expect(await follow(log)).toEqual({ lines: texts, gaps: [] });
    expect(log.asked).toEqual([{ container: 'k6', follow: 'true', timestamps: 'true' }]);
  });

  it.each([0, 1, 37, 500, 1_234, 2_900])(
    'has every line once when a stream breaks after %d bytes',
    async (bytes) => {
      const log = fakeLog(hundred, [broken(bytes), broken(bytes + 61), whole]);
      expect(await follow(log)).toEqual({ lines: texts, gaps: [] });
    },
  );

  it('tells lines of the same moment and the same text apart from those that it has', async () => {
    const twins = [
      { stamp: stampOf(100), text: 'a' },
      { stamp: stampOf(100), text: 'b' },
      { stamp: stampOf(101), text: 'a' },
    ];
    const line = `${twins[0]?.stamp} a\n`;
    expect((await follow(fakeLog(twins, [broken(line.length), whole]))).lines).toEqual(['a', 'b', 'a']);
  });

  it('goes on when a server ends the stream in good order while the container runs', async () => {
    let streams = 0;
    const log = fakeLog(hundred, [(text) => [text.slice(0, 300)], whole]);
    const found = await follow(log, { hasEnded: () => ++streams > 3 });
    expect(found).toEqual({ lines: texts, gaps: [] });
  });

  it('asks anew when a stream is silent', async () => {
    const log = fakeLog(hundred, [whole]);
    const silent = { ...log, stream: silentOnce(log.stream) };
    expect((await follow(silent)).lines).toEqual(texts);
    expect(log.asked).toHaveLength(1);
  });

  it('says what is missing when the log was cut meanwhile', async () => {
    const log = fakeLog(hundred, [
      function* (text) {
        yield text.slice(0, 400);
        log.rotate(50);
        yield new Error('reset');
      },
      whole,
    ]);
    const { lines, gaps } = await follow(log);
    expect(gaps).toEqual([[stampOf(9 * 300), stampOf(50 * 300)]]);
    expect(lines).toEqual([...texts.slice(0, 10), ...texts.slice(50)]);
  });

  it('gives up on a log that cannot be read when its container has ended', async () => {
    const log = fakeLog(hundred, [broken(400)]);
    const { lines, gaps } = await follow(log);
    expect(lines.length).toBeGreaterThanOrEqual(10);
    expect(gaps.at(-1)?.[1]).toBeNull();
    expect(log.asked.length).toBeGreaterThan(8);
    expect(log.asked.length).toBeLessThan(40);
  });

  it('ends when the pod is gone', async () => {
    const log = fakeLog(hundred, [() => [statusError('GET log', 404, '')]]);
    expect(await follow(log, { hasEnded: () => false })).toEqual({ lines: [], gaps: [] });
  });
});

type Stream = ReturnType<typeof fakeLog>['stream'];

/** The first stream brings nothing until it is given up. */
function silentOnce(stream: Stream): Stream {
  let isFirst = true;
  return async function* (path, options) {
    if (!isFirst) return yield* stream(path, options);
    isFirst = false;
    const { signal } = options as unknown as { signal: AbortSignal };
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  };
}
