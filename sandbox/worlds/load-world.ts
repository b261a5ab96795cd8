/** Reads a world file and says everything that is wrong with it at once, with file and line. */
import { readFileSync } from 'node:fs';
import type { Document } from 'yaml';
import { isMap, isNode, LineCounter, parseDocument } from 'yaml';
import { exitCodes, TuneError } from '../../tuner/errors.ts';
import { type World, worldSchema } from './world.ts';

/**
 * @param file path of a world, YAML
 * @throws TuneError NO_WORLD when it cannot be read, BAD_WORLD with every mistake when it is not a world
 */
export function loadWorld(file: string): World {
  const lines = new LineCounter();
  const document = parseDocument(readWorldText(file), { lineCounter: lines });
  const place = (offset: number) => `${file}:${lines.linePos(offset).line}`;
  if (document.errors.length > 0) {
    throw badWorld(document.errors.map((error) => `${place(error.pos[0])}: ${error.message.split('\n')[0]}`));
  }
  const parsed = worldSchema.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  throw badWorld(
    parsed.error.issues.map((issue) => {
      const path = issue.path.map(String);
      return `${place(offsetOf(document, path))}: ${path.join('.') || '(top level)'}: ${issue.message}`;
    }),
  );
}

function readWorldText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new TuneError({
      code: 'NO_WORLD',
      message: `cannot read the world file ${file}`,
      why: cause instanceof Error ? cause.message : String(cause),
      next: 'name one of sandbox/worlds/*.yaml, or a copy of one',
      exitCode: exitCodes.usage,
      cause,
    });
  }
}

/** Where the nearest existing ancestor of a path starts, so that a missing key points at its parent. */
function offsetOf(document: Document, path: readonly string[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return keyOffset(document, path.slice(0, length)) ?? node.range[0];
  }
  return 0;
}

function keyOffset(document: Document, path: readonly string[]): number | undefined {
  const parent = document.getIn(path.slice(0, -1), true);
  if (!isMap(parent)) return undefined;
  const key: unknown = parent.items.find((item) => String(item.key) === path.at(-1))?.key;
  return isNode(key) ? key.range?.[0] : undefined;
}

function badWorld(mistakes: readonly string[]): TuneError {
  return new TuneError({
    code: 'BAD_WORLD',
    message: `${mistakes.length} mistake(s) in the world file\n${mistakes.join('\n')}`,
    why: 'the stand-in Dify needs every field; each is explained in sandbox/worlds/world.ts',
    next: 'correct the lines named above, or start from a copy of sandbox/worlds/comfortable.yaml',
    exitCode: exitCodes.usage,
  });
}
