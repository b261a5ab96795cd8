import { existsSync } from 'node:fs';
import { type GeneratorLine, generatorLineSchema } from '../contracts/generator-sample.ts';
import { runnersSchema } from '../contracts/runners.ts';
import type { Validity } from '../contracts/validity.ts';
import type { Recording } from '../derive/derive-evidence.ts';
import { readNdjson } from '../journal/read-ndjson.ts';
import { judgeValidity } from '../load/validity/judge-validity.ts';
import type { RunFolder } from './run-folder.ts';

/** Was the recording fit to learn from. */
export async function judgeRecording(folder: RunFolder, recording: Recording): Promise<Validity> {
  const { run, load } = recording;
  const lines = await readGenerator(folder);
  return judgeValidity({
    ...recording,
    generator: lines.filter((line) => line.type === 'generator'),
    runnerUsage: lines.filter((line) => line.type === 'runner'),
    runners: existsSync(folder.file('runners')) ? folder.readJson('runners', runnersSchema) : null,
    loadStartSeconds: run.loadStartSeconds ?? 0,
    loadEndSeconds: run.loadEndSeconds ?? load.durationSeconds,
    clockSkewSeconds: run.clockSkewSeconds,
  });
}

async function readGenerator(folder: RunFolder): Promise<GeneratorLine[]> {
  const samples: GeneratorLine[] = [];
  if (!existsSync(folder.file('generator'))) return samples;
  for await (const sample of readNdjson(folder.file('generator'), generatorLineSchema)) samples.push(sample);
  return samples;
}
