import { isCollection, type LineCounter, type Document as YamlDocument } from 'yaml';
import type { z } from 'zod';
import { didYouMean } from './nearest-name.ts';
import { sayIssue } from './say-issue.ts';

/** A mistake at its place in a YAML file. */
export interface Mistake {
  readonly line: number;
  /** `targets.staging.namespace`; empty for the document itself. */
  readonly path: string;
  readonly text: string;
}

/** Each zod issue as one line of text with the place in the file that it speaks of. */
export function explainMistakes(
  issues: readonly z.core.$ZodIssue[],
  document: YamlDocument,
  lines: LineCounter,
  schema: z.ZodType,
): Mistake[] {
  return issues
    .flatMap((issue) => explainIssue(issue, schema, (path) => valueAt(document, path)))
    .map(({ path, text }) => ({
      line: lineOf(document, lines, path),
      path: path.map(String).join('.'),
      text,
    }))
    .sort((a, b) => a.line - b.line);
}

interface Finding {
  readonly path: readonly PropertyKey[];
  readonly text: string;
}

function explainIssue(
  issue: z.core.$ZodIssue,
  schema: z.ZodType,
  seenAt: (path: readonly PropertyKey[]) => unknown,
): Finding[] {
  const { path } = issue;
  switch (issue.code) {
    case 'unrecognized_keys': {
      const allowed = keysAllowedAt(schema, path);
      return issue.keys.map((key) => ({
        path: [...path, key],
        text: `unknown key "${key}"; ${didYouMean(key, allowed)}allowed here: ${allowed.join(', ')}`,
      }));
    }
    case 'invalid_union': {
      // The branch that got furthest explains best: the one whose own mistakes are fewest.
      const branch = [...issue.errors].sort((a, b) => a.length - b.length)[0] ?? [];
      const explained = branch.map((inner) => {
        const innerPath = [...path, ...inner.path];
        return { path: innerPath, text: sayIssue(inner, seenAt(innerPath)) };
      });
      return explained.length > 0 ? explained : [{ path, text: issue.message }];
    }
    case 'invalid_value': {
      const allowed = issue.values.map(String);
      return [
        { path, text: `${didYouMean(String(issue.input ?? ''), allowed)}allowed: ${allowed.join(', ')}` },
      ];
    }
    default:
      return [{ path, text: sayIssue(issue, seenAt(path)) }];
  }
}

/** What the file says there, kept back where it may be a secret; undefined: nothing. */
function valueAt(document: YamlDocument, path: readonly PropertyKey[]): unknown {
  let here: unknown = document.toJS();
  for (const step of path) here = (here as Record<PropertyKey, unknown> | null | undefined)?.[step];
  const mayBeSecret =
    typeof here === 'string' && (path.some((step) => /key|redis/.test(String(step))) || here.includes('@'));
  return mayBeSecret ? '***' : here;
}

/** Keys of the object schema that stands at `path`; empty where none does. */
function keysAllowedAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let here: z.core.$ZodType | undefined = schema;
  for (const step of path) here = childSchema(unwrap(here), step);
  const found = unwrap(here) as { shape?: Record<string, unknown> } | undefined;
  return Object.keys(found?.shape ?? {});
}

interface SchemaParts {
  readonly def: { innerType?: z.core.$ZodType; valueType?: z.core.$ZodType; element?: z.core.$ZodType };
  readonly shape?: Record<string, z.core.$ZodType>;
}

function unwrap(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  let here = schema;
  for (let inner = parts(here)?.def.innerType; inner; inner = parts(here)?.def.innerType) here = inner;
  return here;
}

function childSchema(schema: z.core.$ZodType | undefined, step: PropertyKey): z.core.$ZodType | undefined {
  const found = parts(schema);
  return found?.shape?.[String(step)] ?? found?.def.valueType ?? found?.def.element;
}

function parts(schema: z.core.$ZodType | undefined): SchemaParts | undefined {
  return schema as unknown as SchemaParts | undefined;
}

/** The line of the node at `path`, or of the nearest one above it that exists. */
function lineOf(document: YamlDocument, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let depth = path.length; depth > 0; depth--) {
    const offset = offsetOfKey(document, path.slice(0, depth));
    if (offset !== null) return lines.linePos(offset).line;
  }
  return 1;
}

function offsetOfKey(document: YamlDocument, path: readonly PropertyKey[]): number | null {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const last = path.at(-1);
  if (!isCollection(parent)) return null;
  for (const [index, item] of parent.items.entries()) {
    const pair = item as { key?: { value?: unknown; range?: [number, number, number] } };
    if (pair.key && String(pair.key.value) === String(last)) return pair.key.range?.[0] ?? null;
    const node = item as { range?: [number, number, number] };
    if (!pair.key && index === last) return node.range?.[0] ?? null;
  }
  return null;
}
