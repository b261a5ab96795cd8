import type { DataRow } from './data-rows.ts';

/** Names of the placeholders in a text. */
export function placeholdersIn(text: string): string[] {
  return [...text.matchAll(/\{([A-Za-z_][\w-]*)\}/g)].map(([, name]) => name ?? '');
}

/**
 * A text with each `{name}` replaced by its value; a name without one stays as it is.
 *
 * Without a regular expression: k6's engine would make all that belongs to them once for every VU, 20 kB.
 *
 * @returns the value itself, text or not, where the text is one placeholder and nothing else
 * @example fillPlaceholders('{n}', { n: 3 }) // 3
 * @example fillPlaceholders('n = {n}', { n: 3 }) // 'n = 3'
 */
export function fillPlaceholders(text: string, values: DataRow): unknown {
  let filled = '';
  let from = 0;
  for (let open = text.indexOf('{'); open >= 0; open = text.indexOf('{', open + 1)) {
    const close = text.indexOf('}', open);
    if (close < 0) break;
    const name = text.slice(open + 1, close);
    if (!Object.hasOwn(values, name)) continue;
    if (open === 0 && close === text.length - 1) return values[name];
    filled += text.slice(from, open) + asText(values[name]);
    from = close + 1;
    open = close;
  }
  return from === 0 ? text : filled + text.slice(from);
}

export function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
