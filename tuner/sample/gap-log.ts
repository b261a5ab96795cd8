import type { ClusterSampleOf } from '../contracts/cluster-sample.ts';
import type { Gap } from '../contracts/estimate.ts';
import type { RunClock } from '../journal/run-clock.ts';

/** Which sources are silent, and since when; each beginning and end becomes a line. */
export interface GapLog {
  /** The source answered just now. */
  heard(source: string): void;
  /** It did not; the gap begins where it was last heard. */
  silent(source: string, reason: string): void;
  open(): readonly Gap[];
}

export function startGapLog(clock: RunClock, write: (line: ClusterSampleOf<'gap'>) => void): GapLog {
  const beganAt = clock.nowSeconds();
  const heardAt = new Map<string, number>();
  const open = new Map<string, Gap>();
  return {
    heard(source) {
      const atSeconds = clock.nowSeconds();
      heardAt.set(source, atSeconds);
      const gap = open.get(source);
      if (gap === undefined) return;
      open.delete(source);
      write({ type: 'gap', atSeconds, ...gap, toSeconds: atSeconds });
    },
    silent(source, reason) {
      if (open.has(source)) return;
      const gap: Gap = { source, fromSeconds: heardAt.get(source) ?? beganAt, toSeconds: null, reason };
      open.set(source, gap);
      write({ type: 'gap', atSeconds: clock.nowSeconds(), ...gap });
    },
    open: () => [...open.values()],
  };
}
