import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { portsOfBlock } from './port-block.ts';
import { identify } from './process-identity.ts';
import {
  isSupervised,
  readRecord,
  recordedProcesses,
  type SandboxRecord,
  writeRecord,
} from './sandbox-record.ts';
import { SandboxRun } from './sandbox-run.ts';

const self = identify(process.pid) ?? { pid: 0, startToken: '' };
const record: SandboxRecord = {
  schemaVersion: 1,
  name: 'test',
  world: '/worlds/comfortable.yaml',
  state: 'up',
  endedBecause: null,
  startedAt: '2026-11-22T21:00:00.000Z',
  upSeconds: 5.7,
  owner: 'itself',
  ports: portsOfBlock(20_000),
  url: null,
  supervisor: { ...self, name: 'supervisor', port: 20_000, log: null },
  components: [],
};
const folder = () => mkdtempSync(join(tmpdir(), 'sandbox-record-'));

describe("a sandbox's record", () => {
  it('reads back as it was written', () => {
    const place = folder();
    writeRecord(place, record);
    expect(readRecord(place)).toEqual(record);
  });

  it.each([
    { name: 'there is none', content: null },
    { name: 'it is cut off', content: '{"schemaVersion":1,"na' },
    { name: 'another version wrote it', content: JSON.stringify({ ...record, schemaVersion: 2 }) },
  ])('is nothing when $name', ({ content }) => {
    const place = folder();
    if (content !== null) writeFileSync(join(place, 'sandbox.json'), content);
    expect(readRecord(place)).toBeNull();
  });

  it('says that a sandbox is supervised only while that very supervisor lives', () => {
    expect(isSupervised(record)).toBe(true);
    expect(isSupervised({ ...record, state: 'ended' })).toBe(false);
    const impostor = { ...record.supervisor, startToken: 'an earlier process' };
    expect(isSupervised({ ...record, supervisor: impostor })).toBe(false);
  });

  it('knows each process from the moment it is noted', () => {
    const place = folder();
    const run = new SandboxRun(place, record);
    run.note({ name: 'redis', pid: process.pid, port: 20_008, log: null });
    const noted = readRecord(place);
    expect(noted && recordedProcesses(noted).map(({ name }) => name)).toEqual(['supervisor', 'redis']);
  });

  it('does not note a process that has ended', () => {
    const run = new SandboxRun(folder(), record);
    // Above the highest pid Linux gives out.
    expect(run.note({ name: 'redis', pid: 4_194_305, port: null, log: null })).toBeNull();
    expect(run.record.components).toEqual([]);
  });
});
