import type { z } from 'zod';
import { type HpaSpec, hpaSpecSchema } from '../contracts/hpa-spec.ts';
import { badSpec } from './refuse-spec.ts';

/**
 * Checks a plain autoscaling/v2 spec as a YAML or JSON file gave it.
 *
 * @param at where the spec stands, the beginning of every path in the error: `hpa.yaml: spec`
 * @throws TuneError BAD_HPA_SPEC with all problems at once
 * @example parseHpaSpec({ scaleTargetRef: { kind: 'Deployment', name: 'api' }, maxReplicas: 3 }, 'spec')
 */
export function parseHpaSpec(value: unknown, at: string): HpaSpec {
  const result = hpaSpecSchema.safeParse(withoutNulls(value), { reportInput: true });
  if (result.success) return result.data;
  throw badSpec(describeIssues(result.error, at));
}

/** A null field is an absent one to the API server. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, field]) => field !== null);
  return Object.fromEntries(kept.map(([key, field]) => [key, withoutNulls(field)]));
}

/** One line per issue, beginning with the field's path: `hpa.spec.maxReplicas: 3 must be …`. */
export function describeIssues(error: z.ZodError, at: string): string[] {
  return error.issues.map((issue) => `${pathText(at, issue.path)}: ${issue.message}${seenText(issue.input)}`);
}

/** Only values that fit on the line; parsing asks zod to report them. */
function seenText(input: unknown): string {
  const text = JSON.stringify(input) ?? '';
  return text === '' || text.length > 60 ? '' : `, got ${text}`;
}

function pathText(at: string, path: readonly PropertyKey[]): string {
  let text = at;
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`;
    else text += text === '' ? String(key) : `.${String(key)}`;
  }
  return text;
}
