import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { type DemandConfig, demandSchema } from '../contracts/config.ts';
import { exitCodes, TuneError } from '../errors.ts';

type Points = NonNullable<DemandConfig['points']>;

const pointsSchema = demandSchema.shape.points.unwrap().min(2);

/**
 * A demand from a file: CSV with the columns seconds and arrivals per second, or YAML with a list of
 * `{ at: 10m, arrivalsPerSecond: 5 }` (alone, or under `points`).
 *
 * @throws TuneError FILE_UNREADABLE, BAD_DEMAND with every mistake and its place
 */
export function readDemand(file: string): Points {
  const text = readText(file);
  const points = /\.csv$/i.test(file) ? fromCsv(file, text) : fromYaml(file, text);
  const later = points.findIndex((point, index) => index > 0 && point.at < (points[index - 1]?.at ?? 0));
  if (later > 0) throw badDemand([`${file}: point ${later + 1} is earlier than the one before it`]);
  return points;
}

function fromCsv(file: string, text: string): Points {
  const mistakes: string[] = [];
  const rows = text.split(/\r?\n/).map((line, index) => ({ line: line.trim(), number: index + 1 }));
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

function fromYaml(file: string, text: string): Points {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw badDemand([`${file}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`]);
  }
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

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new TuneError({
      code: 'FILE_UNREADABLE',
      message: `cannot read ${file}`,
      why: cause instanceof Error ? cause.message : String(cause),
      next: 'name a CSV (seconds,arrivalsPerSecond) or YAML file, or leave --demand away for the recorded arrivals',
      exitCode: exitCodes.usage,
      cause,
    });
  }
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
