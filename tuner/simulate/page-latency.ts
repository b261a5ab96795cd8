/**
 * How long pages took, as counts in bins: each octave from a millisecond to three days is cut into 32 bins of equal
 * width, so that a quantile, linear within its bin, is exact to 3 % at worst.
 */
export interface PageLatency {
  readonly counts: Float64Array;
  total: number;
}

const lowestSeconds = 2 ** -10;
const octaves = 28;
const binsPerOctave = 32;
const bins = octaves * binsPerOctave;
const highestSeconds = lowestSeconds * 2 ** octaves;

export function createPageLatency(): PageLatency {
  return { counts: new Float64Array(bins), total: 0 };
}

export function addPage(latency: PageLatency, seconds: number): void {
  const bin = binOf(seconds);
  latency.counts[bin] = (latency.counts[bin] as number) + 1;
  latency.total++;
}

const float = new Float64Array(1);
const bits = new Uint32Array(float.buffer);
/** Little-endian on every platform that Node runs on: the second word holds sign, exponent and first digits. */
const highWord = 1;
const droppedBits = 20 - Math.log2(binsPerOctave);
const firstBin = wordOf(lowestSeconds) >>> droppedBits;

function wordOf(seconds: number): number {
  float[0] = seconds;
  return bits[highWord] as number;
}

function binOf(seconds: number): number {
  if (seconds <= lowestSeconds) return 0;
  if (seconds >= highestSeconds) return bins - 1;
  return (wordOf(seconds) >>> droppedBits) - firstBin;
}

/** Where a bin begins. */
function secondsOf(bin: number): number {
  const octave = Math.floor(bin / binsPerOctave);
  return lowestSeconds * 2 ** octave * (1 + (bin % binsPerOctave) / binsPerOctave);
}

/** @returns seconds; NaN without a page */
export function pageQuantile({ counts, total }: PageLatency, share: number): number {
  if (total === 0) return Number.NaN;
  let below = 0;
  for (let bin = 0; bin < bins; bin++) {
    const count = counts[bin] as number;
    if (count > 0 && below + count >= share * total) {
      const within = (share * total - below) / count;
      return secondsOf(bin) + within * (secondsOf(bin + 1) - secondsOf(bin));
    }
    below += count;
  }
  return highestSeconds;
}

/** Adds one to another, and leaves it empty. */
export function movePages(into: PageLatency, from: PageLatency): void {
  if (from.total === 0) return;
  for (let bin = 0; bin < bins; bin++)
    into.counts[bin] = (into.counts[bin] as number) + (from.counts[bin] as number);
  into.total += from.total;
  from.counts.fill(0);
  from.total = 0;
}
