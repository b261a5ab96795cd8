import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { exitCodes, TuneError } from '../errors.ts';

/** Appends JSON lines. Every line is in the kernel's hands when `write` returns: a kill costs none of them. */
export interface NdjsonWriter {
  readonly path: string;
  /** @throws TuneError CANNOT_WRITE when the disk is full or the folder gone */
  write(record: unknown): void;
  /** Further writes are dropped: a source may still answer while the run is being closed. */
  close(): void;
}

/**
 * Opens for appending; several writers in one process may hold the same file. A last line that an earlier
 * process left cut is removed first, or the next line would be glued to it.
 */
export function openNdjson(path: string): NdjsonWriter {
  let descriptor: number | null = attempt(path, () =>
    openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND, 0o644),
  );
  const opened = descriptor;
  attempt(path, () => removeCutLine(opened));
  return {
    path,
    write(record) {
      const open = descriptor;
      if (open === null) return;
      const line = Buffer.from(`${JSON.stringify(record)}\n`);
      attempt(path, () => writeWhole(open, line));
    },
    close() {
      if (descriptor !== null) closeSync(descriptor);
      descriptor = null;
    },
  };
}

/** One write call as a rule; a second one only where the kernel took part of the line. */
function writeWhole(descriptor: number, line: Buffer): void {
  let written = 0;
  while (written < line.length) written += writeSync(descriptor, line, written);
}

function removeCutLine(descriptor: number): void {
  const { size } = fstatSync(descriptor);
  let end = size;
  const chunk = Buffer.alloc(65_536);
  while (end > 0) {
    const from = Math.max(0, end - chunk.length);
    const length = readSync(descriptor, chunk, 0, end - from, from);
    const newline = chunk.subarray(0, length).lastIndexOf(0x0a);
    if (newline >= 0) {
      end = from + newline + 1;
      break;
    }
    end = from;
  }
  if (end !== size) ftruncateSync(descriptor, end);
}

function attempt<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TuneError({
      code: 'CANNOT_WRITE',
      message: `cannot write ${path}`,
      why: reason,
      next: 'free disk space or choose a folder you may write to with --out DIR',
      exitCode: exitCodes.usage,
      cause,
    });
  }
}
