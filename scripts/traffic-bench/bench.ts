import type { StreamServer } from './stream-server.ts';

/** What the parts of the benchmark share. */
export interface Bench {
  readonly k6: string;
  /** The scenarios as one script, which is what `tune` gives k6, by how they read streams. */
  readonly scenarios: Readonly<Record<'native' | 'callback', string>>;
  /** Server and bare reader. */
  readonly program: string;
  readonly server: StreamServer;
  /** For files that are thrown away. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Progress, one line. */
  readonly note: (text: string) => void;
}
