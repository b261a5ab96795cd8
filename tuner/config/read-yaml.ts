import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { exitCodes, TuneError } from '../errors.ts';
import { readNamedFile } from '../journal/read-named-file.ts';
import { explainMistakes } from './explain-mistakes.ts';

/**
 * A YAML file through a schema; every mistake in it is reported at once, each as `file:line`.
 *
 * @throws TuneError NO_SUCH_FILE, BAD_YAML or BAD_CONFIG, exit 2
 */
export function readYamlFile<T>(file: string, schema: z.ZodType<T>, next: string): T {
  const text = readNamedFile(file, { why: 'the command was told to take its settings from there', next });
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0) {
    const texts = document.errors.map((error) => {
      const [summary] = error.message.split('\n');
      return `${file}:${lines.linePos(error.pos[0]).line}: ${summary}`;
    });
    throw new TuneError({
      code: 'BAD_YAML',
      message: `${file} is not well-formed YAML\n${texts.join('\n')}`,
      why: 'nothing in a file that cannot be parsed can be trusted, so nothing was started',
      next: `mend the line${texts.length > 1 ? 's' : ''} above and run the command again`,
      exitCode: exitCodes.usage,
    });
  }
  const parsed = schema.safeParse(document.toJS() ?? {}, { reportInput: true });
  if (parsed.success) return parsed.data;
  const mistakes = explainMistakes(parsed.error.issues, document, lines, schema);
  const texts = mistakes.map(({ line, path, text }) => `${file}:${line}: ${path}${path && ': '}${text}`);
  throw new TuneError({
    code: 'BAD_CONFIG',
    message: `${file} has ${texts.length} mistake${texts.length > 1 ? 's' : ''}\n${texts.join('\n')}`,
    why: 'a key that is misread could send load to the wrong place, so nothing was started',
    next,
    exitCode: exitCodes.usage,
  });
}
