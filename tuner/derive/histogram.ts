import type { Distribution } from '../contracts/estimate.ts';

/** Counts by value; each value is the midpoint of its bin, within 1 % of the samples that it stands for. */
export class Histogram {
  readonly #counts = new Map<number, number>();
  count = 0;

  add(value: number, count: number): void {
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + count);
    this.count += count;
  }

  get mean(): number {
    let sum = 0;
    for (const [value, count] of this.#counts) sum += value * count;
    return sum / this.count;
  }

  /** Of the samples, divided by their number; NaN without any. */
  get variance(): number {
    const { mean } = this;
    let sum = 0;
    for (const [value, count] of this.#counts) sum += (value - mean) ** 2 * count;
    return sum / this.count;
  }

  addAll(other: Histogram): void {
    for (const [value, count] of other.#counts) this.add(value, count);
  }

  /** Smallest value that at least `ratio` of the samples do not exceed (nearest rank); null without samples. */
  quantile(ratio: number): number | null {
    return this.#quantiles([ratio])[0] ?? null;
  }

  /** @param scale factor from the recorded unit to the one wanted, such as 0.001 for ms → s */
  distribution(scale = 1): Distribution | null {
    if (this.count === 0) return null;
    const [min = 0, p05 = 0, p50 = 0, p95 = 0, p99 = 0, max = 0] = this.#quantiles([
      0, 0.05, 0.5, 0.95, 0.99, 1,
    ]).map((value) => value * scale);
    return { count: this.count, mean: this.mean * scale, min, p05, p50, p95, p99, max };
  }

  #quantiles(ratios: readonly number[]): number[] {
    if (this.count === 0) return [];
    const sorted = [...this.#counts].sort(([a], [b]) => a - b);
    return ratios.map((ratio) => {
      const rank = Math.max(1, Math.ceil(ratio * this.count));
      let seen = 0;
      for (const [value, count] of sorted) {
        seen += count;
        if (seen >= rank) return value;
      }
      return sorted.at(-1)?.[0] ?? 0;
    });
  }
}
