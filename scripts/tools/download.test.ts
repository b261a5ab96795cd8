import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { downloadFile } from './download.ts';
import { cutAfter, type FileServer, stallAfter, startFileServer } from './testing/file-server.ts';

const body = 'what the publisher offers';
const sha256 = createHash('sha256').update(body).digest('hex');

describe('downloadFile', () => {
  let server: FileServer;
  let folder: string;
  beforeEach(async () => {
    server = await startFileServer();
    folder = mkdtempSync(join(tmpdir(), 'tune-download-'));
  });
  afterEach(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });
  const get = (path: string, options: { stallMs?: number } = {}) =>
    downloadFile(join(folder, 'kwok'), { tool: 'kwok 0.8.0', url: server.url + path, sha256, ...options });

  it('keeps a file whose checksum is right', async () => {
    server.serve('/kwok', body);
    await get('/kwok');
    expect(readFileSync(join(folder, 'kwok'), 'utf8')).toBe(body);
    expect(readdirSync(folder)).toEqual(['kwok']);
  });

  it('throws a file with a wrong checksum away and names both checksums', async () => {
    server.serve('/kwok', `${body}!`);
    const other = createHash('sha256').update(`${body}!`).digest('hex');
    await expect(get('/kwok')).rejects.toMatchObject({
      code: 'CHECKSUM_MISMATCH',
      message: 'kwok 0.8.0: kwok is not the file it should be',
      why: expect.stringContaining(`SHA-256 ${other}, expected ${sha256}`),
      next: expect.stringContaining('release page'),
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('says how far a transfer came that was cut, and keeps nothing of it', async () => {
    server.serve('/kwok', cutAfter('what the', 25));
    await expect(get('/kwok')).rejects.toMatchObject({
      code: 'DOWNLOAD_CUT',
      message: 'kwok 0.8.0: the transfer of kwok broke off after 8 of 25 bytes',
      next: expect.stringContaining('run set-up again'),
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('gives up a transfer that stalls', async () => {
    server.serve('/kwok', stallAfter('what the', 25));
    await expect(get('/kwok', { stallMs: 1000 })).rejects.toMatchObject({
      code: 'DOWNLOAD_CUT',
      why: expect.stringContaining('nothing received for 1 s'),
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('names the status of a file that is not there', async () => {
    await expect(get('/gone')).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: `kwok 0.8.0: ${server.url}/gone cannot be downloaded`,
      why: 'HTTP 404',
      next: expect.stringContaining('TUNE_ORIGIN_'),
    });
  });

  it('names the reason when nobody answers', async () => {
    const { url } = server;
    await server.close();
    await expect(
      downloadFile(join(folder, 'kwok'), { tool: 'kwok 0.8.0', url, sha256 }),
    ).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      why: expect.stringContaining('ECONNREFUSED'),
    });
    expect(readdirSync(folder)).toEqual([]);
    server = await startFileServer();
  });
});
