import { Document, isMap, isScalar } from 'yaml';
import type { ValueSetting } from './borispolonsky.ts';

/** Nested plain values: what helm reads. */
export type Values = { [key: string]: unknown };

/** The settings as a tree. */
export function valuesTree(settings: readonly Pick<ValueSetting, 'path' | 'value'>[]): Values {
  const root: Values = {};
  for (const { path, value } of settings) {
    let at = root;
    for (const key of path.slice(0, -1)) {
      at[key] ??= {};
      at = at[key] as Values;
    }
    at[path.at(-1) ?? ''] = value;
  }
  return root;
}

/** values-overlay.yaml: the settings, with the reason of each over it. */
export function valuesYaml(settings: readonly ValueSetting[], heading: string): string {
  const document = new Document(valuesTree(settings));
  document.commentBefore = commentText(heading);
  for (const { path, because } of settings) commentOnKey(document, path, because);
  return document.toString({ lineWidth: 100 });
}

/** Puts a comment over the key at the path, if the document has it. */
export function commentOnKey(document: Document, path: readonly string[], text: string): void {
  const parent: unknown = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents;
  if (!isMap(parent)) return;
  const key = parent.items.find((pair) => isScalar(pair.key) && pair.key.value === path.at(-1))?.key;
  if (isScalar(key)) key.commentBefore = commentText(text);
}

/** Wrapped at a readable width; whatever stands in a reason stays inside the comment. */
export function commentText(text: string): string {
  return text
    .split(/[\n\r\u0085\u2028\u2029]+/)
    .flatMap((line) => wrap(line, 96))
    .map((line) => ` ${line}`)
    .join('\n');
}

function wrap(line: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of line.split(/\s+/).filter((part) => part !== '')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      lines.push(word);
    }
  }
  return lines;
}
