import { createHash } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { reasonOf, setupFailure } from './setup-failure.ts';

export interface DownloadOptions {
  /** What it is for, in messages. */
  readonly tool: string;
  readonly url: string;
  /** 64 hex digits. */
  readonly sha256: string;
  readonly signal?: AbortSignal | undefined;
  /** A transfer that brings nothing for this long is given up. */
  readonly stallMs?: number;
  readonly onBytes?: (received: number, total: number | null) => void;
}

/**
 * Fetches a file and keeps it only when it is complete and its checksum right.
 *
 * @throws TuneError DOWNLOAD_FAILED, DOWNLOAD_CUT or CHECKSUM_MISMATCH; `file` does not exist then
 */
export async function downloadFile(file: string, options: DownloadOptions): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const part = `${file}.part`;
  try {
    const actual = await receive(part, options);
    if (actual !== options.sha256) throw checksumMismatch(options, actual);
    await rename(part, file);
  } finally {
    await rm(part, { force: true });
  }
}

async function receive(part: string, options: DownloadOptions): Promise<string> {
  const { url, tool, stallMs = 30_000, onBytes } = options;
  const stall = new AbortController();
  const giveUp = () => stall.abort(new Error(`nothing received for ${stallMs / 1000} s`));
  let timer = setTimeout(giveUp, stallMs);
  let received = 0;
  let total: number | null = null;
  // Opened beforehand: a stream that opens its file by itself may do so after a failed transfer was cleared away.
  const target = await open(part, 'w');
  try {
    const signal = options.signal ? AbortSignal.any([options.signal, stall.signal]) : stall.signal;
    // identity: else the announced length is that of the compressed body.
    const response = await fetch(url, { signal, headers: { 'accept-encoding': 'identity' } });
    if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`);
    total = Number(response.headers.get('content-length')) || null;
    const hash = createHash('sha256');
    const count = async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        received += chunk.byteLength;
        clearTimeout(timer);
        timer = setTimeout(giveUp, stallMs);
        hash.update(chunk);
        onBytes?.(received, total);
        yield chunk;
      }
    };
    await pipeline(response.body, count, target.createWriteStream(), { signal });
    if (total !== null && received !== total) throw new Error('connection closed early');
    return hash.digest('hex');
  } catch (error) {
    throw received > 0 ? cut(tool, url, received, total, error) : failed(tool, url, error);
  } finally {
    clearTimeout(timer);
    // The stream has done so where one was made; where the server never answered, none was.
    await target.close().catch(() => {});
  }
}

function failed(tool: string, url: string, cause: unknown) {
  return setupFailure(
    'DOWNLOAD_FAILED',
    `${tool}: ${url} cannot be downloaded`,
    reasonOf(cause),
    'check the network or proxy (HTTPS_PROXY), or point its TUNE_ORIGIN_… variable at a mirror',
    cause,
  );
}

function cut(tool: string, url: string, received: number, total: number | null, cause: unknown) {
  return setupFailure(
    'DOWNLOAD_CUT',
    `${tool}: the transfer of ${basename(url)} broke off after ${received} of ${total ?? 'unknown'} bytes`,
    `${reasonOf(cause)} (${url})`,
    'run set-up again; nothing of it was kept',
    cause,
  );
}

function checksumMismatch({ tool, url, sha256 }: DownloadOptions, actual: string) {
  return setupFailure(
    'CHECKSUM_MISMATCH',
    `${tool}: ${basename(url)} is not the file it should be`,
    `SHA-256 ${actual}, expected ${sha256}: a proxy or mirror changed ${url}, or versions.json is wrong; the file was thrown away`,
    'compare with the checksum on the project’s release page before you trust either',
  );
}
