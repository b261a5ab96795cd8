import { describe, expect, it } from 'vitest';
import { expectedSha256, findSha256 } from './checksum.ts';
import { createOrigins } from './origins.ts';
import { startFileServer } from './testing/file-server.ts';
import versions from './versions.json' with { type: 'json' };

const digest = 'a'.repeat(64);
const other = 'b'.repeat(64);

describe('findSha256', () => {
  // The forms of dl.k8s.io, etcd's SHA256SUMS, get.helm.sh, and GitHub's release API.
  it.each([
    { name: 'a bare digest', list: `${digest}`, found: digest },
    {
      name: 'a line among others',
      list: `${other}  etcd-src.tar.gz\n${digest}  helm.tar.gz\n`,
      found: digest,
    },
    { name: 'a line that marks a binary file', list: `${digest} *helm.tar.gz\n`, found: digest },
    { name: 'capital letters', list: digest.toUpperCase(), found: digest },
    {
      name: 'GitHub’s release',
      list: JSON.stringify({ assets: [{ name: 'helm.tar.gz', digest: `sha256:${digest}` }] }),
      found: digest,
    },
    { name: 'a list without the file', list: `${other}  etcd-src.tar.gz\n`, found: null },
    {
      name: 'an asset without a digest',
      list: JSON.stringify({ assets: [{ name: 'helm.tar.gz', digest: null }] }),
      found: null,
    },
    { name: 'a page that says it is not there', list: '<html>Not Found</html>', found: null },
  ])('reads $name', ({ list, found }) => {
    expect(findSha256(list, 'helm.tar.gz')).toBe(found);
  });
});

describe('expectedSha256', () => {
  const release = (path: string) => ({
    origin: 'github' as const,
    path,
    checksum: { origin: 'github' as const, path: '/SHA256SUMS' },
  });

  it('takes the pinned checksum without asking anybody', async () => {
    const origins = createOrigins({ TUNE_ORIGIN_GITHUB: 'http://127.0.0.1:9' });
    const name = 'kwok-linux-amd64';
    expect(await expectedSha256(release(`/x/${name}`), origins)).toBe(versions.sha256[name]);
  });

  it('refuses a file for which nobody states a checksum', async () => {
    const server = await startFileServer();
    const origins = createOrigins({ TUNE_ORIGIN_GITHUB: server.url });
    await expect(expectedSha256(release('/x/unpinned'), origins)).rejects.toMatchObject({
      code: 'CHECKSUM_UNKNOWN',
      message: 'unpinned: no checksum to verify the download with',
      why: `${server.url}/SHA256SUMS: HTTP 404`,
      next: expect.stringContaining('versions.json'),
    });
    server.serve('/SHA256SUMS', `${digest}  something-else\n`);
    await expect(expectedSha256(release('/x/unpinned'), origins)).rejects.toMatchObject({
      why: `${server.url}/SHA256SUMS does not name unpinned`,
    });
    await server.close();
  });
});
