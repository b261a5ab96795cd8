import type { StreamServer } from './stream-server.ts';

/** What the parts of the benchmark share. */
export interface Bench {
  readonly k6: string;
  /** Server and bare reader. */
  readonly program: string;
  readonly server: StreamServer;
  /** For files that are thrown away. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Progress, one line. */
  readonly note: (text: string) => void;
}
