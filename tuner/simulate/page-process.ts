import { addPage, type PageLatency } from './page-latency.ts';

/**
 * One process of web. The pages on it share its CPU evenly (processor sharing); as all of them take the same, they are
 * done in the order in which they were opened, which makes this exact and cheap.
 */
export interface PageProcess {
  /** A ring: when each page was opened, and how much CPU each page present will have had when it is done. */
  openedAt: Float64Array;
  doneAtWork: Float64Array;
  /** The oldest page in the ring, and how many there are. */
  first: number;
  count: number;
  /** CPU seconds that each page present has had since the process was last idle. */
  work: number;
  /** The moment up to which all of this holds. */
  atSeconds: number;
  /** CPU seconds spent since it began. */
  busySeconds: number;
}

/** A power of two. */
const leastRoom = 16;

export function createPageProcess(): PageProcess {
  return {
    openedAt: new Float64Array(leastRoom),
    doneAtWork: new Float64Array(leastRoom),
    first: 0,
    count: 0,
    work: 0,
    atSeconds: 0,
    busySeconds: 0,
  };
}

/** Begins anew, with no page. */
export function beginPages(process: PageProcess, atSeconds: number): void {
  process.count = 0;
  process.work = 0;
  process.atSeconds = atSeconds;
  process.busySeconds = 0;
}

/** @param cpuSeconds of a page at full speed of the process, the same for all */
export function openPage(process: PageProcess, atSeconds: number, cpuSeconds: number): void {
  if (process.count === process.openedAt.length) grow(process);
  const place = (process.first + process.count) & (process.openedAt.length - 1);
  process.openedAt[place] = atSeconds;
  process.doneAtWork[place] = process.work + cpuSeconds;
  process.count++;
}

/** Renders up to a moment; pages that are done by then are added to `latency`. */
export function renderUntil(process: PageProcess, moment: number, latency: PageLatency): void {
  while (process.count > 0) {
    const { first, count, atSeconds } = process;
    const left = (process.doneAtWork[first] as number) - process.work;
    const doneAt = atSeconds + left * count;
    if (doneAt > moment) {
      process.work += (moment - atSeconds) / count;
      process.busySeconds += moment - atSeconds;
      process.atSeconds = moment;
      return;
    }
    process.work += left;
    process.busySeconds += doneAt - atSeconds;
    process.atSeconds = doneAt;
    addPage(latency, doneAt - (process.openedAt[first] as number));
    process.first = (first + 1) & (process.openedAt.length - 1);
    process.count--;
  }
  process.work = 0;
  process.atSeconds = Math.max(process.atSeconds, moment);
}

function grow(process: PageProcess): void {
  process.openedAt = doubled(process.openedAt, process.first);
  process.doneAtWork = doubled(process.doneAtWork, process.first);
  process.first = 0;
}

/** A full ring with twice the room, from its oldest entry on. */
function doubled(ring: Float64Array, first: number): Float64Array<ArrayBuffer> {
  const room = new Float64Array(2 * ring.length);
  room.set(ring.subarray(first));
  room.set(ring.subarray(0, first), ring.length - first);
  return room;
}
