import { statSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Bench } from './bench.ts';
import { type Soak, writeSoak } from './make-soak.ts';
import type { Result } from './result.ts';

const soak: Soak = {
  startAt: '2026-11-22T21:00:00.000Z',
  seconds: 8 * 3_600,
  seed: 7,
  arrivalsPerSecond: { chat: 6, workflow: 3 },
};
const goals = { seconds: 60, memoryBytes: 300e6 };

interface Told {
  readonly readSeconds: number;
  readonly seconds: number;
  readonly memoryBytes: number;
  readonly requests: number;
}

/** An eight-hour recording, made here, read into evidence by a process of its own. */
export async function readRecording(
  folder: string,
  { signal, note }: Pick<Bench, 'signal' | 'note'>,
): Promise<Result[]> {
  const path = join(folder, 'soak.ndjson');
  note('recording: 8 h are being made');
  const requests = await writeSoak(path, soak);
  const bytes = statSync(path).size;
  note(`recording: ${(bytes / 1e6).toFixed(0)} MB are being read`);
  const { stdout } = await execa(
    process.execPath,
    [join(import.meta.dirname, 'read-soak.ts'), path, JSON.stringify(soak)],
    { cancelSignal: signal },
  );
  const told = JSON.parse(stdout) as Told;
  if (told.requests !== requests) throw new Error(`${told.requests} of ${requests} requests were read`);
  return [
    {
      what: '8 h of load.ndjson: size',
      measured: `${(bytes / 1e6).toFixed(0)} MB, ${requests} requests`,
      goal: null,
      isMet: null,
    },
    {
      what: '8 h of load.ndjson: into evidence',
      measured: `${told.seconds.toFixed(1)} s (${told.readSeconds.toFixed(1)} s of it reading)`,
      goal: '≤ 60 s',
      isMet: told.seconds <= goals.seconds,
    },
    {
      what: '8 h of load.ndjson: memory',
      measured: `${(told.memoryBytes / 1e6).toFixed(0)} MB`,
      goal: '≤ 300 MB',
      isMet: told.memoryBytes <= goals.memoryBytes,
    },
  ];
}
