import type { Scheduler } from '../dify/model/scheduler.ts';
import type { Exchange, JsonReply } from '../dify/wire/exchange.ts';

/** A client that keeps moments alone, in virtual seconds, and hangs up when its patience is over. */
export class TimedExchange implements Exchange {
  readonly sentAt: number;
  startedAt: number | null = null;
  firstTokenAt: number | null = null;
  endedAt: number | null = null;
  /** How it ended; null while it goes on. */
  ending: 'served' | 'gaveUp' | 'failed' | null = null;
  readonly #scheduler: Scheduler;

  constructor(scheduler: Scheduler, requestTimeoutSeconds: number) {
    this.#scheduler = scheduler;
    this.sentAt = this.#now();
    const patience = scheduler.after(requestTimeoutSeconds * 1000, () => this.#end('gaveUp'));
    this.#forget = () => patience.cancel();
  }

  readonly #forget: () => void;

  get isGone(): boolean {
    return this.ending !== null;
  }

  json(_reply: JsonReply): void {
    this.#end('failed');
  }

  badGateway(): void {
    this.#end('failed');
  }

  event(json: string): boolean {
    if (this.isGone) return false;
    if (json.startsWith('{"event":"workflow_started"')) this.startedAt ??= this.#now();
    else if (/^\{"event":"(?:message|text_chunk)"/.test(json)) this.firstTokenAt ??= this.#now();
    return true;
  }

  ping(): boolean {
    return !this.isGone;
  }

  end(): void {
    this.#end('served');
  }

  cut(): void {
    this.#end('failed');
  }

  #now(): number {
    return this.#scheduler.now() / 1000;
  }

  #end(ending: NonNullable<TimedExchange['ending']>): void {
    if (this.isGone) return;
    this.ending = ending;
    this.endedAt = this.#now();
    this.#forget();
  }
}
