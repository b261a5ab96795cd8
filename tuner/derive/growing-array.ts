/**
 * Numbers in columns that grow in pieces: one that grew by doubling would hold everything three times over for a while,
 * and a series of rare failures would take as much memory as one that has a value in each second.
 */

const pieceBits = 11;
const pieceLength = 2 ** pieceBits;
const within = pieceLength - 1;

/** Numbers by position, 0 where none was set. */
export class GrowingNumbers {
  readonly #pieces: (Float64Array | undefined)[] = [];

  at(index: number): number {
    return this.#pieces[index >> pieceBits]?.[index & within] ?? 0;
  }

  add(index: number, value: number): void {
    this.set(index, this.at(index) + value);
  }

  set(index: number, value: number): void {
    const number = index >> pieceBits;
    const piece = this.#pieces[number] ?? new Float64Array(pieceLength);
    this.#pieces[number] = piece;
    piece[index & within] = value;
  }
}

/** Arrays of whole numbers of a fixed width. */
export type IntArray = Int16Array | Uint16Array | Int32Array;

/** Whole numbers in order of arrival, as wide as the array that `make` makes. */
export class GrowingInts {
  readonly #pieces: IntArray[] = [];
  readonly #make: (length: number) => IntArray;
  length = 0;

  constructor(make: (length: number) => IntArray) {
    this.#make = make;
  }

  at(index: number): number {
    return this.#pieces[index >> pieceBits]?.[index & within] ?? 0;
  }

  push(value: number): void {
    const number = this.length >> pieceBits;
    const piece = this.#pieces[number] ?? this.#make(pieceLength);
    this.#pieces[number] = piece;
    piece[this.length & within] = value;
    this.length += 1;
  }
}
