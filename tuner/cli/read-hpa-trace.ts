import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { exitCodes, TuneError } from '../errors.ts';
import { badTrace, type ParsedHpaTrace, parseHpaTrace } from '../hpa/parse-hpa-trace.ts';

/**
 * Reads an HPA trace, `.json` or `.json.gz`; which of the two is told from the bytes.
 *
 * @param file as given, and named so in errors
 * @throws TuneError FILE_UNREADABLE, BAD_HPA_TRACE, BAD_HPA_SPEC
 */
export function readHpaTrace(file: string): ParsedHpaTrace {
  const text = unpack(file, readBytes(file));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    refuseNotANumber(text, file);
    throw badTrace(file, [`is no whole JSON document: ${messageOf(error)}`], error);
  }
  return parseHpaTrace(value, file);
}

/**
 * Some writers put a bare NaN or Infinity into JSON. The parser only counts characters to it; with an object in
 * its place the schema names the field.
 */
function refuseNotANumber(text: string, file: string): void {
  const marked = text.replaceAll(/("(?:[^"\\]|\\.)*")|-?\b(NaN|Infinity)\b/g, (whole, string?: string) =>
    string === undefined ? `{"notANumber":"${whole}"}` : string,
  );
  let value: unknown;
  try {
    value = JSON.parse(marked);
  } catch {
    return;
  }
  parseHpaTrace(value, file);
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new TuneError({
      code: 'FILE_UNREADABLE',
      message: `${file} cannot be read: ${messageOf(error)}`,
      why: 'there is no trace to replay without it',
      next: 'check the path, and that it names a file and not a folder',
      exitCode: exitCodes.usage,
      cause: error,
    });
  }
}

function unpack(file: string, bytes: Buffer): string {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!isGzip) return bytes.toString('utf8');
  try {
    return gunzipSync(bytes).toString('utf8');
  } catch (error) {
    throw badTrace(file, [`is a damaged or truncated gzip file: ${messageOf(error)}`], error);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
