import { existsSync } from 'node:fs';
import { type GeneratorSample, generatorSampleSchema } from '../contracts/generator-sample.ts';
import type { Validity } from '../contracts/validity.ts';
import type { Recording } from '../derive/derive-evidence.ts';
import { readNdjson } from '../journal/read-ndjson.ts';
import { judgeValidity } from '../load/validity/judge-validity.ts';
import type { RunFolder } from './run-folder.ts';

/** Was the recording fit to learn from. */
export async function judgeRecording(folder: RunFolder, recording: Recording): Promise<Validity> {
  const { run, load } = recording;
  return judgeValidity({
    ...recording,
    generator: await readGenerator(folder),
    loadStartSeconds: run.loadStartSeconds ?? 0,
    loadEndSeconds: run.loadEndSeconds ?? load.durationSeconds,
    clockSkewSeconds: run.clockSkewSeconds,
  });
}

async function readGenerator(folder: RunFolder): Promise<GeneratorSample[]> {
  const samples: GeneratorSample[] = [];
  if (!existsSync(folder.file('generator'))) return samples;
  for await (const sample of readNdjson(folder.file('generator'), generatorSampleSchema))
    samples.push(sample);
  return samples;
}
