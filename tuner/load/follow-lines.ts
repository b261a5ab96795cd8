import { closeSync, openSync, readSync } from 'node:fs';

/** Whole lines that were added to a file since the last call; none while it is not there. */
export interface LineFollower {
  read(): string[];
  close(): void;
}

export function followLines(path: string): LineFollower {
  let descriptor: number | null = null;
  let offset = 0;
  let rest = Buffer.alloc(0);
  const chunk = Buffer.alloc(262_144);
  const open = () => {
    try {
      return openSync(path, 'r');
    } catch {
      return null;
    }
  };
  return {
    read() {
      descriptor ??= open();
      if (descriptor === null) return [];
      const lines: string[] = [];
      for (;;) {
        const length = readSync(descriptor, chunk, 0, chunk.length, offset);
        if (length === 0) return lines;
        offset += length;
        rest = Buffer.concat([rest, chunk.subarray(0, length)]);
        const end = rest.lastIndexOf(0x0a);
        if (end < 0) continue;
        lines.push(...rest.subarray(0, end).toString('utf8').split('\n'));
        rest = rest.subarray(end + 1);
      }
    },
    close() {
      if (descriptor !== null) closeSync(descriptor);
      descriptor = null;
    },
  };
}
