import { basename } from 'node:path';
import type { Origins } from './origins.ts';
import { reasonOf, setupFailure } from './setup-failure.ts';
import type { Release } from './tools.ts';
import versions from './versions.json' with { type: 'json' };

const pinned: Readonly<Record<string, string>> = versions.sha256;

/**
 * SHA-256 a release must have: pinned in versions.json, else as its publisher states it.
 *
 * @returns 64 hex digits
 * @throws TuneError CHECKSUM_UNKNOWN: nothing is installed unverified
 */
export async function expectedSha256(
  release: Release,
  origins: Origins,
  signal?: AbortSignal,
): Promise<string> {
  const name = basename(release.path);
  const pin = pinned[name];
  if (pin !== undefined) return pin;
  const url = origins.url(release.checksum.origin, release.checksum.path);
  const list = await fetchText(url, signal).catch((error: unknown) => {
    throw checksumUnknown(name, `${url}: ${reasonOf(error)}`, error);
  });
  const found = findSha256(list, name);
  if (found === null) throw checksumUnknown(name, `${url} does not name ${name}`);
  return found;
}

/**
 * Reads the three forms publishers use: a bare digest, `sha256sum` lines, and GitHub's release JSON.
 *
 * @returns null when the list does not name the file
 * @example findSha256('…64 hex digits…  helm.tar.gz\n', 'helm.tar.gz') // '…64 hex digits…'
 */
export function findSha256(list: string, name: string): string | null {
  if (list.trimStart().startsWith('{')) return findInReleaseJson(list, name);
  for (const line of list.split('\n')) {
    const [, digest, file] = /^([0-9a-fA-F]{64})(?:\s+\*?(\S+))?\s*$/.exec(line) ?? [];
    if (digest !== undefined && (file === undefined || basename(file) === name)) return digest.toLowerCase();
  }
  return null;
}

function findInReleaseJson(list: string, name: string): string | null {
  const { assets } = JSON.parse(list) as { assets?: { name?: string; digest?: string | null }[] };
  const digest = assets?.find((asset) => asset.name === name)?.digest ?? '';
  return /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1] ?? null;
}

async function fetchText(url: string, signal?: AbortSignal): Promise<string> {
  const timeout = AbortSignal.timeout(20_000);
  const response = await fetch(url, { signal: signal ? AbortSignal.any([signal, timeout]) : timeout });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return response.text();
}

function checksumUnknown(name: string, why: string, cause?: unknown) {
  return setupFailure(
    'CHECKSUM_UNKNOWN',
    `${name}: no checksum to verify the download with`,
    why,
    'pin its SHA-256 in scripts/tools/versions.json, or let set-up build it',
    cause,
  );
}
