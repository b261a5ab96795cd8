/** Events in the order of their time; of equal times the one added first comes first. */
export interface EventQueue {
  readonly add: (at: number, act: () => void) => void;
  /** Runs all events up to and including a moment. */
  readonly runUntil: (moment: number) => void;
  readonly now: () => number;
}

interface Event {
  readonly at: number;
  readonly order: number;
  readonly act: () => void;
}

/** A binary heap. */
export function createEventQueue(): EventQueue {
  const heap: Event[] = [];
  let added = 0;
  let now = 0;
  return {
    now: () => now,
    add(at, act) {
      heap.push({ at: Math.max(at, now), order: added++, act });
      siftUp(heap, heap.length - 1);
    },
    runUntil(moment) {
      for (let first = heap[0]; first !== undefined && first.at <= moment; first = heap[0]) {
        takeFirst(heap);
        now = first.at;
        first.act();
      }
      now = moment;
    },
  };
}

function isBefore(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

function siftUp(heap: Event[], from: number): void {
  for (let index = from; index > 0; ) {
    const parent = (index - 1) >> 1;
    const own = heap[index] as Event;
    const other = heap[parent] as Event;
    if (!isBefore(own, other)) return;
    heap[index] = other;
    heap[parent] = own;
    index = parent;
  }
}

function takeFirst(heap: Event[]): void {
  const last = heap.pop() as Event;
  if (heap.length === 0) return;
  heap[0] = last;
  for (let index = 0; ; ) {
    let child = 2 * index + 1;
    if (child >= heap.length) return;
    if (child + 1 < heap.length && isBefore(heap[child + 1] as Event, heap[child] as Event)) child++;
    const own = heap[index] as Event;
    const other = heap[child] as Event;
    if (!isBefore(other, own)) return;
    heap[index] = other;
    heap[child] = own;
    index = child;
  }
}
