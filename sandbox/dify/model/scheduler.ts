/**
 * A discrete-event clock that runs along with real time.
 *
 * Everything the stand-in models happens at an exact virtual millisecond, whenever the process gets round to it:
 * one timer wakes the loop, and all events that are due are played in order at their own times. So a late wake-up
 * delays what is sent, never what is calculated, and many events cost one wake-up.
 */

export interface Timer {
  cancel(): void;
}

/** A delay that rounding made smaller than the clock can show would never pass. */
const leastDelayMs = 0.001;

interface Entry extends Timer {
  readonly atMs: number;
  readonly order: number;
  run: (() => void) | undefined;
}

export class Scheduler {
  #nowMs = 0;
  #order = 0;
  readonly #heap: Entry[] = [];
  #playing = false;

  /** Virtual milliseconds since the start; inside an event, the event's own time. */
  now(): number {
    return this.#nowMs;
  }

  /** Runs `action` `delayMs` from now, after everything that was asked for the same moment before it. */
  after(delayMs: number, action: () => void): Timer {
    const entry: Entry = {
      atMs: this.#nowMs + (delayMs > 0 ? Math.max(leastDelayMs, delayMs) : 0),
      order: this.#order++,
      run: action,
      cancel() {
        entry.run = undefined;
      },
    };
    push(this.#heap, entry);
    return entry;
  }

  /** Plays every event due until `untilMs` and sets the clock to it. Not re-entrant: from inside an event it does nothing. */
  advanceTo(untilMs: number): void {
    if (this.#playing) return;
    this.#playing = true;
    try {
      for (let next = this.#heap[0]; next && next.atMs <= untilMs; next = this.#heap[0]) {
        pop(this.#heap);
        this.#nowMs = Math.max(this.#nowMs, next.atMs);
        next.run?.();
      }
      this.#nowMs = Math.max(this.#nowMs, untilMs);
    } finally {
      this.#playing = false;
    }
  }

  /** When the next event is due; undefined when there is none. */
  nextAtMs(): number | undefined {
    return this.#heap[0]?.atMs;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

function push(heap: Entry[], entry: Entry): void {
  let index = heap.length;
  while (index > 0) {
    const parentIndex = (index - 1) >> 1;
    const parent = heap[parentIndex];
    if (!parent || before(parent, entry)) break;
    heap[index] = parent;
    index = parentIndex;
  }
  heap[index] = entry;
}

function pop(heap: Entry[]): void {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  let index = 0;
  for (;;) {
    const left = heap[2 * index + 1];
    const right = heap[2 * index + 2];
    const childIndex = right && left && before(right, left) ? 2 * index + 2 : 2 * index + 1;
    const child = childIndex === 2 * index + 2 ? right : left;
    if (!child || before(last, child)) break;
    heap[index] = child;
    index = childIndex;
  }
  heap[index] = last;
}
