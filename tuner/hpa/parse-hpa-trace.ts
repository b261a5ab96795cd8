import type { HpaSpec } from '../contracts/hpa-spec.ts';
import { type HpaTrace, hpaTraceSchema, type RecordedHpaSync } from '../contracts/hpa-trace.ts';
import { exitCodes, TuneError } from '../errors.ts';
import { describeIssues, parseHpaSpec } from './parse-hpa-spec.ts';

export interface ParsedHpaSync extends RecordedHpaSync {
  readonly spec?: HpaSpec;
}

/** A checked trace; its specs are parsed ones. */
export interface ParsedHpaTrace extends HpaTrace {
  readonly hpa: { readonly spec: HpaSpec; readonly status?: HpaTrace['hpa']['status'] };
  readonly syncs: ParsedHpaSync[];
}

/** As many problems as fit on a screen; a file of the wrong kind has thousands. */
const mostProblems = 20;

/**
 * Checks a trace as JSON.parse gave it.
 *
 * @param file named at the beginning of every problem
 * @throws TuneError BAD_HPA_TRACE or BAD_HPA_SPEC with the paths of the fields
 */
export function parseHpaTrace(value: unknown, file: string): ParsedHpaTrace {
  const result = hpaTraceSchema.safeParse(value, { reportInput: true });
  if (!result.success) throw badTrace(file, describeIssues(result.error, ''));
  const trace = result.data;
  const spec = parseHpaSpec(trace.hpa.spec, `${file}: hpa.spec`);
  const problems = timeProblems(trace);
  if (problems.length > 0) throw badTrace(file, problems);
  return { ...trace, hpa: { ...trace.hpa, spec }, syncs: trace.syncs.map(withParsedSpec(file)) };
}

const withParsedSpec =
  (file: string) =>
  ({ spec, ...sync }: RecordedHpaSync, index: number): ParsedHpaSync =>
    spec === undefined ? sync : { ...sync, spec: parseHpaSpec(spec, `${file}: syncs[${index}].spec`) };

/** The controller's clock never runs backwards; two syncs may fall on one millisecond. */
function timeProblems(trace: HpaTrace): string[] {
  return trace.syncs.flatMap((sync, index) => {
    const before = trace.syncs[index - 1]?.atMs ?? 0;
    return sync.atMs < before ? [`syncs[${index}].atMs: ${sync.atMs} lies before the sync at ${before}`] : [];
  });
}

/** The error for a file that is no trace. */
export function badTrace(file: string, problems: readonly string[], cause?: unknown): TuneError {
  const shown = problems.slice(0, mostProblems).map((problem) => `${file}: ${problem}`);
  if (problems.length > mostProblems) shown.push(`and ${problems.length - mostProblems} more`);
  return new TuneError({
    code: 'BAD_HPA_TRACE',
    message: shown.join('\n'),
    why: 'a replay from a guessed input would show decisions that no controller made',
    next: 'correct the file, or record the trace again (format: docs/hpa.md)',
    exitCode: exitCodes.usage,
    cause,
  });
}
