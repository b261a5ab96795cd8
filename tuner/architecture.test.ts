import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

/** Everybody may import these. */
const common = ['tuner/contracts', 'tuner/errors.ts', 'tuner/stats', 'tuner/journal'];

/** Room → rooms it may import besides itself; `*` allows all but those nobody may import. */
const allowed: Record<string, readonly string[]> = {
  'tuner/errors.ts': [],
  'tuner/contracts': [],
  'tuner/stats': ['tuner/contracts', 'tuner/errors.ts'],
  'tuner/journal': ['tuner/contracts', 'tuner/errors.ts'],
  'tuner/config': common,
  'tuner/hpa': common,
  'tuner/derive': common,
  'tuner/overlay': common,
  'tuner/simulate': [...common, 'tuner/hpa'],
  'tuner/advise': [...common, 'tuner/hpa', 'tuner/simulate'],
  'tuner/cluster': [...common, 'tuner/config/nearest-name.ts'],
  'tuner/sample': [...common, 'tuner/cluster'],
  'tuner/load': [...common, 'tuner/cluster', 'scripts/tools', 'scenarios/lib'],
  'tuner/verify': [...common, 'tuner/hpa', 'tuner/load', 'tuner/sample', 'tuner/derive', 'tuner/simulate'],
  'tuner/pipeline': ['*'],
  'tuner/cli': ['*'],
  reports: common,
  scenarios: [],
  'scenarios/testing': ['tuner/contracts', 'scripts/tools'],
  sandbox: [...common, 'tuner/config', 'tuner/cluster', 'scripts/tools'],
  'sandbox/against-simulator': [...common, 'tuner/simulate', 'sandbox'],
  'scripts/tools': common,
  'scripts/traffic-bench': [
    ...common,
    'tuner/derive',
    'tuner/load/bundle-script.ts',
    'tuner/load/process-usage.ts',
    'tuner/load/size-vus.ts',
    'scripts/tools',
  ],
  'scripts/tools/hpa-conformance': [...common, 'tuner/hpa'],
};
const nobodyImports = ['tuner/cli'];
/** Folders from which only types may come. */
const typesOnly: Record<string, readonly string[]> = { scenarios: ['tuner/contracts'] };

interface Import {
  readonly file: string;
  readonly target: string;
  readonly isType: boolean;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : sourceFiles(path);
    return entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts') ? [path] : [];
  });
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  const statements = text.matchAll(
    /(?:^|\n)\s*(import|export)\s+(type\s)?[^'";]*?from\s+'(\.[^']+)'|(?:import|new URL)\(\s*'(\.[^']+)'/g,
  );
  return [...statements].map(([, , type, named, dynamic]) => ({
    file,
    target: relative(root, join(root, dirname(file), named ?? dynamic ?? ''))
      .split(sep)
      .join('/'),
    isType: type !== undefined,
  }));
}

function roomOf(path: string): string {
  return (
    Object.keys(allowed)
      .sort((a, b) => b.length - a.length)
      .find((room) => path === room || path.startsWith(`${room}/`)) ?? path
  );
}

function isAllowed({ file, target, isType }: Import): boolean {
  const from = roomOf(file);
  const to = roomOf(target);
  if (from === to) return true;
  if (nobodyImports.includes(to)) return false;
  if (isType && (typesOnly[from] ?? []).some((room) => to === room)) return true;
  const rooms = allowed[from] ?? [];
  return (
    rooms.includes('*') ||
    rooms.some((room) => to === room || target === room || target.startsWith(`${room}/`))
  );
}

describe('who may import whom', () => {
  const files = ['tuner', 'reports', 'scenarios', 'sandbox', 'scripts'].flatMap(sourceFiles);

  it('finds the sources it is meant to judge', () => {
    expect(files.length).toBeGreaterThan(5);
    expect(files.filter((file) => !(roomOf(file) in allowed))).toEqual([]);
  });

  it('keeps every import within the rules', () => {
    const forbidden = files
      .flatMap(importsOf)
      .filter((found) => !isAllowed(found))
      .map(({ file, target }) => `${file} imports ${target}`);
    expect(forbidden).toEqual([]);
  });

  it('would notice a forbidden import', () => {
    expect(isAllowed({ file: 'sandbox/dify/main.ts', target: 'tuner/hpa/reconcile.ts', isType: false })).toBe(
      false,
    );
    expect(isAllowed({ file: 'tuner/derive/x.ts', target: 'tuner/sample/y.ts', isType: false })).toBe(false);
    expect(isAllowed({ file: 'scenarios/chat.ts', target: 'tuner/contracts/run.ts', isType: false })).toBe(
      false,
    );
    expect(isAllowed({ file: 'scenarios/chat.ts', target: 'tuner/contracts/run.ts', isType: true })).toBe(
      true,
    );
  });

  it('leaves process.exit to the entry points', () => {
    const entryPoints = /^(tuner\/cli\/main\.ts|sandbox\/|scripts\/)/;
    const callers = files.filter(
      (file) => !entryPoints.test(file) && readFileSync(join(root, file), 'utf8').includes('process.exit('),
    );
    expect(callers).toEqual([]);
  });
});
