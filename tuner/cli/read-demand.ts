import { parse } from 'yaml';
import { z } from 'zod';
import { findProfile, type LoadedConfig } from '../config/read-config.ts';
import { type DemandConfig, demandSchema } from '../contracts/config.ts';
import { exitCodes, TuneError } from '../errors.ts';
import { readTrace } from '../load/read-trace.ts';
import { type DemandByClass, demandOfArrivals, demandOfProfile } from './demand-of-profile.ts';
import { readText } from './read-text.ts';

type Points = NonNullable<DemandConfig['points']>;

/** Arrivals of all classes together in the recorded mix, or of each class by itself. */
export interface GivenDemand {
  readonly points?: Points;
  readonly pointsByClass?: DemandByClass;
}

const pointsSchema = demandSchema.shape.points.unwrap().min(2);

/**
 * A demand to simulate:
 * - CSV with the columns seconds and arrivals per second,
 * - an arrival trace: CSV with TIMESTAMP, ContextTokens, GeneratedTokens, one line a request,
 * - YAML with a list of `{ at: 10m, arrivalsPerSecond: 5 }` (alone, or under `points`),
 * - a profile: its YAML file, or its name.
 *
 * @throws TuneError FILE_UNREADABLE, BAD_DEMAND with every mistake and its place, BAD_TRACE, UNKNOWN_PROFILE, and what
 *   is wrong with a profile
 */
export function readDemand(demand: string, config: LoadedConfig, workingFolder: string): GivenDemand {
  if (/\.csv$/i.test(demand)) return fromCsvFile(demand);
  if (!/\.(ya?ml|json)$/i.test(demand)) {
    return { pointsByClass: demandOfProfile(findProfile(config, demand, workingFolder)) };
  }
  const value = parseYaml(demand, text(demand));
  if (z.looseObject({ mix: z.unknown() }).safeParse(value).data?.mix !== undefined) {
    return { pointsByClass: demandOfProfile(findProfile(config, demand, workingFolder)) };
  }
  return { points: inOrder(demand, pointsOf(demand, value)) };
}

function text(file: string): string {
  return readText(
    file,
    'name a CSV (seconds,arrivalsPerSecond, or an arrival trace), a YAML file or a profile, or leave --demand away for the recorded arrivals',
  );
}

function fromCsvFile(file: string): GivenDemand {
  const csv = text(file);
  const [heading = ''] = csv.split('\n', 1);
  return /timestamp/i.test(heading)
    ? { points: demandOfArrivals(readTrace(file)) }
    : { points: inOrder(file, fromCsv(file, csv)) };
}

function inOrder(file: string, points: Points): Points {
  const later = points.findIndex((point, index) => index > 0 && point.at < (points[index - 1]?.at ?? 0));
  if (later > 0) throw badDemand([`${file}: point ${later + 1} is earlier than the one before it`]);
  return points;
}

function fromCsv(file: string, csv: string): Points {
  const mistakes: string[] = [];
  const rows = csv.split(/\r?\n/).map((line, index) => ({ line: line.trim(), number: index + 1 }));
  const points = rows
    .filter(({ line, number }) => line !== '' && !(number === 1 && /[a-z]/i.test(line)))
    .map(({ line, number }) => {
      const [at, arrivalsPerSecond, ...rest] = line.split(',').map((cell) => Number(cell.trim() || 'x'));
      const isGood = rest.length === 0 && isAmount(at) && isAmount(arrivalsPerSecond);
      if (!isGood)
        mistakes.push(`${file}:${number}: "${line}" is not two numbers ≥ 0: seconds,arrivalsPerSecond`);
      return { at: at ?? 0, arrivalsPerSecond: arrivalsPerSecond ?? 0 };
    });
  if (points.length < 2) mistakes.push(`${file}: holds ${points.length} points, at least 2 are needed`);
  if (mistakes.length > 0) throw badDemand(mistakes);
  return points;
}

function isAmount(value: number | undefined): boolean {
  return value !== undefined && Number.isFinite(value) && value >= 0;
}

function parseYaml(file: string, yaml: string): unknown {
  try {
    return parse(yaml);
  } catch (error) {
    throw badDemand([`${file}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`]);
  }
}

function pointsOf(file: string, value: unknown): Points {
  const list = z.object({ points: z.unknown() }).safeParse(value);
  const parsed = pointsSchema.safeParse(list.success ? list.data.points : value);
  if (parsed.success) return parsed.data;
  throw badDemand(parsed.error.issues.map((issue) => `${file}: ${pathText(issue.path)}: ${issue.message}`));
}

function pathText(path: readonly PropertyKey[]): string {
  return ['points', ...path]
    .map((key) => (typeof key === 'number' ? `[${key}]` : String(key)))
    .join('.')
    .replaceAll('.[', '[');
}

function badDemand(mistakes: readonly string[]): TuneError {
  return new TuneError({
    code: 'BAD_DEMAND',
    message: mistakes.join('\n'),
    why: 'every second of the demand must be a number of arrivals, none of them negative',
    next: 'write lines such as 600,12.5 (CSV) or - { at: 10m, arrivalsPerSecond: 12.5 } (YAML)',
    exitCode: exitCodes.usage,
  });
}
