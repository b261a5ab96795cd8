/** Numbers by position, 0 where none was set; grows by doubling, so that a long run costs no object a value. */
export class GrowingNumbers {
  #values = new Float64Array(64);

  at(index: number): number {
    return this.#values[index] ?? 0;
  }

  add(index: number, value: number): void {
    this.set(index, this.at(index) + value);
  }

  set(index: number, value: number): void {
    if (index >= this.#values.length) {
      const grown = new Float64Array(Math.max(index + 1, this.#values.length * 2));
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[index] = value;
  }
}

/** Whole numbers in order of arrival. */
export class GrowingInts {
  #values = new Int32Array(64);
  length = 0;

  at(index: number): number {
    return this.#values[index] ?? 0;
  }

  push(value: number): void {
    if (this.length === this.#values.length) {
      const grown = new Int32Array(this.#values.length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.length++] = value;
  }
}
