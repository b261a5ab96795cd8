import type { EventQueue } from './event-queue.ts';
import type { ReferenceSample } from './reference-case.ts';

/** Who waits for an answer. */
export interface Client {
  readonly sample: ReferenceSample;
  readonly isGone: () => boolean;
  /** Calls back when it leaves; at once if it has. What was to be called before is not any more. */
  readonly onLeave: (act: () => void) => void;
  /** It has its whole answer, or the connection was cut. */
  readonly end: (outcome: 'served' | 'cut') => void;
}

/** How many wait. */
export interface Waiting {
  clients: number;
}

/** @param patienceSeconds for the whole answer; undefined: it waits for ever */
export function createClient(
  events: EventQueue,
  sample: ReferenceSample,
  patienceSeconds: number | undefined,
  waiting: Waiting,
): Client {
  let act = () => {};
  const isGone = () => sample.outcome === 'givenUp';
  const end = (outcome: ReferenceSample['outcome']) => {
    if (sample.outcome !== null) return;
    sample.outcome = outcome;
    waiting.clients--;
  };
  waiting.clients++;
  if (patienceSeconds !== undefined) {
    events.add(sample.arrivedAt + patienceSeconds, () => {
      if (sample.outcome !== null) return;
      end('givenUp');
      act();
    });
  }
  return {
    sample,
    isGone,
    end,
    onLeave(next) {
      act = next;
      if (isGone()) next();
    },
  };
}

/** How often Dify writes to a silent stream. */
const pingSeconds = 10;

/** What Dify writes on a stream tells it that nobody is there: from then on the slot is free, the work goes on. */
export interface Stream {
  /** Nothing but pings is written, the first a period from now. */
  readonly fallSilent: () => void;
  /** Something is written. */
  readonly write: () => void;
  /** So much is written that a client is missed at once. */
  readonly flow: () => void;
}

export function createStream(events: EventQueue, client: Client, freeSlot: () => void): Stream {
  const write = () => {
    if (client.isGone()) freeSlot();
  };
  return {
    write,
    flow: () => client.onLeave(freeSlot),
    fallSilent() {
      const since = events.now();
      client.onLeave(() => {
        const pings = Math.max(1, Math.ceil((events.now() - since) / pingSeconds));
        events.add(since + pings * pingSeconds, freeSlot);
      });
    },
  };
}
