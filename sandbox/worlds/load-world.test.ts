import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TuneError } from '../../tuner/errors.ts';
import { loadWorld } from './load-world.ts';

const here = import.meta.dirname;
const shipped = readdirSync(here).filter((file) => file.endsWith('.yaml'));

/** The text of a shipped world with some lines changed, in a file of its own. */
function changed(change: (text: string) => string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'world-')), 'changed.yaml');
  writeFileSync(file, change(readFileSync(join(here, 'comfortable.yaml'), 'utf8')));
  return file;
}

function mistakesIn(file: string): TuneError {
  try {
    loadWorld(file);
  } catch (error) {
    if (error instanceof TuneError) return error;
    throw error;
  }
  throw new Error('the world was accepted');
}

describe('loadWorld', () => {
  it('ships at least the three worlds', () => {
    expect(shipped).toEqual(
      expect.arrayContaining(['comfortable.yaml', 'cpu-bound.yaml', 'slots-and-queue-bound.yaml']),
    );
  });

  it.each(shipped)('reads %s, which is named like its file and says what is right in it', (file) => {
    expect(`${loadWorld(join(here, file)).name}.yaml`).toBe(file);
    expect(readFileSync(join(here, file), 'utf8')).toMatch(/^# Right: /m);
  });

  it('names every mistake with its line', () => {
    const file = changed((text) =>
      text.replace('seed: 11', 'seed: eleven').replace('replicas: 2\n', 'replicaCount: 2\n'),
    );
    const lines = readFileSync(file, 'utf8').split('\n');
    const lineOf = (start: string) => lines.findIndex((line) => line.trim().startsWith(start)) + 1;
    const { code, message } = mistakesIn(file);
    expect(code).toBe('BAD_WORLD');
    expect(message).toContain(`${file}:${lineOf('seed')}: seed: `);
    expect(message).toContain('cluster.api.replicas: ');
    expect(message).toContain('replicaCount');
  });

  it('points at the line of a YAML syntax error', () => {
    const { message } = mistakesIn(changed((text) => text.replace('seed: 11', 'seed: [11')));
    expect(message).toMatch(/changed\.yaml:\d+: /);
  });

  it('says which file it could not read', () => {
    const { code, message, exitCode } = mistakesIn('/nowhere/world.yaml');
    expect({ code, message, exitCode }).toEqual({
      code: 'NO_WORLD',
      message: 'cannot read the world file /nowhere/world.yaml',
      exitCode: 2,
    });
  });
});
