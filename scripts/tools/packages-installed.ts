import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface LockFile {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly optional?: boolean }>>;
}

/**
 * Whether node_modules holds what package-lock.json asks for, by npm's own record of what it installed.
 *
 * @returns false also when there is no such record
 */
export function packagesInstalled(checkout: string): boolean {
  const wanted = read(join(checkout, 'package-lock.json'));
  const installed = read(join(checkout, 'node_modules', '.package-lock.json'));
  if (wanted === null || installed === null) return false;
  return Object.entries(wanted.packages).every(([path, entry]) => {
    const version = installed.packages[path]?.version;
    // Optional packages for other platforms are in the lock file only.
    return path === '' || version === entry.version || (entry.optional === true && version === undefined);
  });
}

function read(file: string): LockFile | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as LockFile;
  } catch {
    return null;
  }
}

if (import.meta.main) process.exit(packagesInstalled(join(import.meta.dirname, '..', '..')) ? 0 : 1);
