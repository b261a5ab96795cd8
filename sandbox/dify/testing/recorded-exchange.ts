import type { Scheduler } from '../model/scheduler.ts';
import type { Exchange, JsonReply } from '../wire/exchange.ts';

export interface RecordedEvent {
  readonly atMs: number;
  /** The data of an event as JSON, or `ping`. */
  readonly data: string;
}

/** The client's end of a request in a test: keeps what arrives and when, in virtual milliseconds. */
export class RecordedExchange implements Exchange {
  readonly sentAtMs: number;
  readonly events: RecordedEvent[] = [];
  reply: JsonReply | null = null;
  /** How it ended, null while it goes on. */
  ending: 'replied' | 'ended' | 'cut' | 'bad-gateway' | 'hung-up' | null = null;
  endedAtMs: number | null = null;
  readonly #scheduler: Scheduler;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
    this.sentAtMs = scheduler.now();
  }

  get isGone(): boolean {
    return this.ending !== null;
  }

  /** Milliseconds from sending to the end; null while it goes on. */
  get totalMs(): number | null {
    return this.endedAtMs === null ? null : this.endedAtMs - this.sentAtMs;
  }

  /** Names of the events in order, `ping` among them. */
  get eventNames(): string[] {
    return this.events.map(({ data }) => nameOf(data));
  }

  /** Milliseconds from sending to the first event of this name; null without one. */
  waitedMsFor(name: string): number | null {
    const event = this.events.find(({ data }) => nameOf(data) === name);
    return event ? event.atMs - this.sentAtMs : null;
  }

  hangUp(): void {
    this.#end('hung-up');
  }

  json(reply: JsonReply): void {
    if (this.isGone) return;
    this.reply = reply;
    this.#end('replied');
  }

  badGateway(): void {
    this.#end('bad-gateway');
  }

  event(json: string): boolean {
    return this.#receive(json);
  }

  ping(): boolean {
    return this.#receive('ping');
  }

  end(): void {
    this.#end('ended');
  }

  cut(): void {
    this.#end('cut');
  }

  #receive(data: string): boolean {
    if (this.isGone) return false;
    this.events.push({ atMs: this.#scheduler.now(), data });
    return true;
  }

  #end(ending: NonNullable<RecordedExchange['ending']>): void {
    if (this.isGone) return;
    this.ending = ending;
    this.endedAtMs = this.#scheduler.now();
  }
}

/** Every event begins with its name; parsing thousands of them whole would be most of a test's time. */
function nameOf(data: string): string {
  return /^\{"event":"(\w+)"/.exec(data)?.[1] ?? data;
}
