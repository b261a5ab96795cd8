import type { z } from 'zod';

/**
 * A zod issue in the words of somebody who writes YAML: what is wanted and what stands there.
 *
 * @param seen value in the file; undefined: the key is not there
 */
export function sayIssue(issue: z.core.$ZodIssue, seen: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      if (seen === undefined) return `is missing; it must be ${kinds[issue.expected] ?? issue.expected}`;
      // A type of its own says it better: a duration shows how one is written.
      return issue.message.startsWith('Invalid input')
        ? `must be ${kinds[issue.expected] ?? issue.expected}, and is ${sayValue(seen)}`
        : issue.message;
    case 'too_small':
      return `must be ${bound(issue.inclusive ?? false, issue.minimum, { least: true, of: issue.origin })}, and is ${sayValue(seen)}`;
    case 'too_big':
      return `must be ${bound(issue.inclusive ?? false, issue.maximum, { least: false, of: issue.origin })}, and is ${sayValue(seen)}`;
    case 'invalid_format':
      return issue.format === 'url'
        ? `${sayValue(seen)} is no URL of the kind wanted here; write it with its scheme, such as https://dify.example.com`
        : issue.message;
    default:
      return issue.message;
  }
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a group of keys',
  record: 'a group of keys',
  array: 'a list',
};

function bound(
  isInclusive: boolean,
  limit: number | bigint,
  { least, of }: { least: boolean; of: string },
): string {
  if (of === 'array') return `a list of ${least ? 'at least' : 'at most'} ${limit}`;
  if (of === 'string') return `a text of ${least ? 'at least' : 'at most'} ${limit} characters`;
  if (isInclusive) return `${least ? 'at least' : 'at most'} ${limit}`;
  return `${least ? 'above' : 'below'} ${limit}`;
}

/** @example sayValue('yes') // the text "yes" */
function sayValue(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  switch (typeof value) {
    case 'string':
      return value === '' ? 'an empty text' : `the text "${value}"`;
    case 'object':
      return 'a group of keys';
    case 'undefined':
      return 'missing';
    default:
      return String(value);
  }
}
