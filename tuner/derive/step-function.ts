/** A quantity that keeps its value from one sample to the next; unknown before the first sample. */
export class StepFunction {
  readonly #times: number[] = [];
  readonly #values: (number | null)[] = [];

  /** Samples must come in order of time; null begins a stretch of not knowing. */
  add(atSeconds: number, value: number | null): void {
    this.#times.push(atSeconds);
    this.#values.push(value);
  }

  at(seconds: number): number | null {
    const index = this.#indexAt(seconds);
    return index < 0 ? null : (this.#values[index] ?? null);
  }

  /** Time-weighted mean over the known part of a range; null when none of it is known. */
  mean(fromSeconds: number, toSeconds: number): number | null {
    return this.#meanOf(fromSeconds, toSeconds, (value) => value);
  }

  /** Share of the known part of a range in which the value is above 0; null when none of it is known. */
  shareAboveZero(fromSeconds: number, toSeconds: number): number | null {
    return this.#meanOf(fromSeconds, toSeconds, (value) => (value > 0 ? 1 : 0));
  }

  #meanOf(fromSeconds: number, toSeconds: number, of: (value: number) => number): number | null {
    let weighted = 0;
    let known = 0;
    let index = Math.max(0, this.#indexAt(fromSeconds));
    for (; index < this.#times.length; index++) {
      const begin = Math.max(fromSeconds, this.#times[index] ?? 0);
      const end = Math.min(toSeconds, this.#times[index + 1] ?? toSeconds);
      if (begin >= toSeconds) break;
      const value = this.#values[index] ?? null;
      if (value === null || end <= begin) continue;
      weighted += of(value) * (end - begin);
      known += end - begin;
    }
    if (known > 0) return weighted / known;
    const value = this.at(fromSeconds);
    return value === null ? null : of(value);
  }

  /** True when the value stays the same through the whole range. */
  isConstant(fromSeconds: number, toSeconds: number): boolean {
    const value = this.at(fromSeconds);
    if (value === null) return false;
    const first = this.#indexAt(fromSeconds) + 1;
    for (let index = first; index < this.#times.length && (this.#times[index] ?? 0) < toSeconds; index++) {
      if (this.#values[index] !== value) return false;
    }
    return true;
  }

  #indexAt(seconds: number): number {
    let low = 0;
    let high = this.#times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#times[middle] ?? 0) <= seconds) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
