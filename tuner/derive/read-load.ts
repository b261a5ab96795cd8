import { exitCodes, TuneError } from '../errors.ts';
import { zeroBin } from './bins-by-second.ts';
import { LoadRecording, LoadSeries } from './load-recording.ts';

interface BucketValue {
  id: number;
  count?: number;
  sum?: number;
  last?: number;
  bins?: number[];
  zeroCount?: number;
}

/** Lines as the writer of load.ndjson makes them; checked field by field where they are used. */
interface LoadLine {
  type?: string;
  schemaVersion?: number;
  startAt?: string;
  id?: number;
  metric?: string;
  scenario?: string;
  endpoint?: string;
  outcome?: string;
  atSeconds?: number;
  values?: BucketValue[];
}

/**
 * load.ndjson as columns.
 *
 * Lines of several runners may follow each other in one input: each header begins a new set of series ids, and
 * values of the same second and tags add up, so that merged histograms equal those of a single runner.
 *
 * @param runStartAt ISO time that second 0 stands for; a header's own start is shifted to it
 * @param file name for messages
 * @throws TuneError BAD_RECORDING for a malformed line that is not the last (the last one may be cut by a kill),
 *   UNKNOWN_SCHEMA_VERSION for a header of another version; exit 4
 */
export async function readLoad(
  lines: AsyncIterable<string> | Iterable<string>,
  runStartAt: string,
  file: string,
): Promise<LoadRecording> {
  const recording = new LoadRecording();
  const known = new Map<string, LoadSeries>();
  let byId = new Map<number, LoadSeries>();
  let shiftSeconds = 0;
  let number = 0;
  let broken: number | null = null;
  for await (const text of lines) {
    number++;
    if (text === '') continue;
    if (broken !== null) throw malformed(file, broken);
    const line = parse(text);
    if (line === null) {
      broken = number;
    } else if (line.type === 'bucket') {
      addBucket(recording, byId, line, shiftSeconds);
    } else if (line.type === 'series') {
      addSeries(recording, known, byId, line);
    } else if (line.type === 'header') {
      if (line.schemaVersion !== 1) throw unknownVersion(file, line.schemaVersion);
      byId = new Map();
      shiftSeconds = (Date.parse(line.startAt ?? runStartAt) - Date.parse(runStartAt)) / 1000;
    } else if (line.type === 'footer') {
      recording.isComplete = true;
    }
  }
  return recording;
}

function parse(text: string): LoadLine | null {
  try {
    return JSON.parse(text) as LoadLine;
  } catch {
    return null;
  }
}

function addSeries(
  recording: LoadRecording,
  known: Map<string, LoadSeries>,
  byId: Map<number, LoadSeries>,
  line: LoadLine,
): void {
  const { metric = '', scenario = '', endpoint = '', outcome = '' } = line;
  const key = [metric, scenario, endpoint, outcome].join('\n');
  let series = known.get(key);
  if (!series) {
    series = new LoadSeries({ metric, scenario, endpoint, outcome });
    known.set(key, series);
    recording.series.push(series);
  }
  byId.set(line.id ?? -1, series);
}

function addBucket(
  recording: LoadRecording,
  byId: Map<number, LoadSeries>,
  line: LoadLine,
  shiftSeconds: number,
): void {
  const second = Math.max(0, Math.floor((line.atSeconds ?? 0) + shiftSeconds));
  recording.durationSeconds = Math.max(recording.durationSeconds, second + 1);
  for (const value of line.values ?? []) {
    const series = byId.get(value.id);
    if (!series) continue;
    series.counts.add(second, value.count ?? 0);
    series.sums.add(second, value.sum ?? 0);
    if (value.last !== undefined) series.lasts.set(second, value.last);
    if (value.zeroCount) series.bins.add(second, zeroBin, value.zeroCount);
    const { bins = [] } = value;
    for (let i = 0; i + 1 < bins.length; i += 2) series.bins.add(second, bins[i] ?? 0, bins[i + 1] ?? 0);
  }
}

function malformed(file: string, line: number): TuneError {
  return new TuneError({
    code: 'BAD_RECORDING',
    message: `${file}:${line} is no JSON`,
    why: 'a recording is only cut at its end, so a broken line in the middle means that the file was changed',
    next: 'restore the file from where it was saved, or record again',
    exitCode: exitCodes.notEnoughEvidence,
  });
}

function unknownVersion(file: string, version: unknown): TuneError {
  return new TuneError({
    code: 'UNKNOWN_SCHEMA_VERSION',
    message: `${file} has schemaVersion ${JSON.stringify(version)}; this tune reads version 1`,
    why: 'it was written by another version of tune',
    next: 'read it with the version named in run.json (versions.tune)',
    exitCode: exitCodes.notEnoughEvidence,
  });
}
