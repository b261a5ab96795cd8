import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readConfig } from '../config/read-config.ts';
import { TuneError } from '../errors.ts';
import { readDemand } from './read-demand.ts';

const folder = mkdtempSync(join(tmpdir(), 'demand-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const config = readConfig(undefined, folder);

function given(name: string, text: string) {
  return readDemand(file(name, text), config, folder);
}

const pointsIn = (name: string, text: string) => given(name, text).points;

function errorOf(path: string): TuneError {
  try {
    readDemand(path, config, folder);
  } catch (error) {
    if (error instanceof TuneError) return error;
    throw error;
  }
  throw new Error('the file was accepted');
}

const points = [
  { at: 0, arrivalsPerSecond: 2 },
  { at: 600, arrivalsPerSecond: 12.5 },
];

describe('readDemand', () => {
  it('reads CSV with and without a heading', () => {
    expect(pointsIn('a.csv', 'seconds,arrivalsPerSecond\n0,2\n600,12.5\n')).toEqual(points);
    expect(pointsIn('b.csv', '0,2\r\n600,12.5')).toEqual(points);
  });

  it('reads YAML with durations, as a list or under points', () => {
    const list = '- { at: 0s, arrivalsPerSecond: 2 }\n- { at: 10m, arrivalsPerSecond: 12.5 }\n';
    expect(pointsIn('a.yaml', list)).toEqual(points);
    expect(pointsIn('b.yaml', `points:\n${list.replace(/^/gm, '  ')}`)).toEqual(points);
  });

  it('reads an arrival trace: one line a request, level within ten seconds', () => {
    const rows = ['0.0', '1.5', '3', '12', '19.9'].map((at) => `${at},100,20`);
    expect(pointsIn('trace.csv', ['TIMESTAMP,ContextTokens,GeneratedTokens', ...rows].join('\n'))).toEqual([
      { at: 0, arrivalsPerSecond: 0.3 },
      { at: 10, arrivalsPerSecond: 0.3 },
      { at: 10, arrivalsPerSecond: 0.2 },
      { at: 20, arrivalsPerSecond: 0.2 },
    ]);
  });

  it('takes a profile, by file or by name, class by class', () => {
    const profile = `mix: { chat: 3, workflow: 1 }
startArrivalsPerSecond: 4
stages:
  - { duration: 1m, arrivalsPerSecond: 8 }
  - { duration: 0s, arrivalsPerSecond: 4, mix: { chat: 1 } }
  - { duration: 1m, arrivalsPerSecond: 4, mix: { chat: 1 } }
`;
    expect(given('profile.yaml', profile).pointsByClass).toEqual({
      chat: [
        { at: 0, arrivalsPerSecond: 3 },
        { at: 60, arrivalsPerSecond: 6 },
        { at: 60, arrivalsPerSecond: 4 },
        { at: 120, arrivalsPerSecond: 4 },
      ],
      workflow: [
        { at: 0, arrivalsPerSecond: 1 },
        { at: 60, arrivalsPerSecond: 2 },
        { at: 60, arrivalsPerSecond: 0 },
        { at: 120, arrivalsPerSecond: 0 },
      ],
    });
    expect(readDemand('quick', config, folder).pointsByClass?.chat?.length).toBeGreaterThan(2);
    expect(errorOf('quik').message).toContain('quik');
  });

  it('names every bad line of a CSV', () => {
    const { code, message, exitCode } = errorOf(
      file('bad.csv', 'seconds,rate\n0,2\n600,-3\n900,NaN\n1200\n,5\n'),
    );
    expect({ code, exitCode }).toEqual({ code: 'BAD_DEMAND', exitCode: 2 });
    for (const line of [3, 4, 5, 6]) expect(message).toContain(`bad.csv:${line}: `);
    expect(message).not.toContain('bad.csv:2: ');
  });

  it.each([
    {
      name: 'a negative rate',
      text: '- { at: 0s, arrivalsPerSecond: 1 }\n- { at: 1m, arrivalsPerSecond: -1 }',
      says: 'points[1].arrivalsPerSecond',
    },
    {
      name: 'a moment without a unit',
      text: '- { at: "5", arrivalsPerSecond: 1 }\n- { at: 1m, arrivalsPerSecond: 1 }',
      says: 'points[0].at',
    },
    { name: 'a single point', text: '- { at: 0s, arrivalsPerSecond: 1 }', says: 'points' },
    { name: 'broken YAML', text: '- { at: 0s', says: 'bad.yaml: ' },
  ])('refuses $name by its path', ({ text, says }) => {
    const error = errorOf(file('bad.yaml', text));
    expect(error.code).toBe('BAD_DEMAND');
    expect(error.message).toContain(says);
  });

  it('refuses points that go back in time', () => {
    expect(errorOf(file('back.csv', '0,1\n60,1\n30,1\n')).message).toContain('point 3 is earlier');
  });

  it('says which file it could not read', () => {
    expect(errorOf(join(folder, 'none.csv')).code).toBe('FILE_UNREADABLE');
  });
});
