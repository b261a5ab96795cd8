/** The model provider behind the plugin daemon: how long it is silent, how fast it talks, when it refuses. */
import type { World } from '../../worlds/world.ts';
import type { Cpu } from './cpu.ts';
import type { Faults } from './faults.ts';
import { readPromptHints } from './prompt-hints.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import { Channel } from './task.ts';

/** What a call gives back, in order: tokens, then one of the endings. */
export type LlmEvent =
  | { readonly kind: 'token'; readonly text: string }
  | { readonly kind: 'end' }
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'cut' }
  | { readonly kind: 'stopped' };

interface Answer {
  readonly firstTokenMs: number;
  readonly tokenMs: number;
  readonly tokens: number;
  readonly cutAfterTokens: number | null;
}

/** How long a refusal takes: a round trip. */
const refusalMs = 30;

/** The words of the mock model the captures were made with, then words of our own; repeated as needed. */
const words =
  'the quick brown fox jumps over a lazy dog while seven wizards mix potions near old stone bridges and count slow grey boats at dawn'.split(
    ' ',
  );

export class Llm {
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  readonly #world: World;
  readonly #faults: Faults;
  readonly #daemon: Cpu;
  #nextProcess = 0;
  #inFlight = 0;
  #callsLeft: number;
  #refilledAtMs = 0;
  #refused = 0;

  constructor(parts: { scheduler: Scheduler; random: Random; world: World; faults: Faults; daemon: Cpu }) {
    this.#scheduler = parts.scheduler;
    this.#random = parts.random;
    this.#world = parts.world;
    this.#faults = parts.faults;
    this.#daemon = parts.daemon;
    this.#callsLeft = parts.world.llm.callsPerMinute ?? 0;
  }

  /** Calls answered with an error since the start. */
  get refusedCalls(): number {
    return this.#refused;
  }

  /**
   * Calls the model through the plugin daemon. The call runs to its end whoever listens: Dify does not hang up
   * on the model when its own client does.
   */
  call(prompt: string): Channel<LlmEvent> {
    const channel = new Channel<LlmEvent>();
    const process = this.#nextProcess++ % Math.ceil(this.#world.pluginDaemon.cores);
    this.#daemon.run(process, this.#world.pluginDaemon.cpuMsPerCall, () =>
      this.#answer(prompt, process, channel),
    );
    return channel;
  }

  #answer(prompt: string, process: number, channel: Channel<LlmEvent>): void {
    const hints = readPromptHints(prompt);
    const status = hints.errorStatus ?? this.#refusal();
    if (status !== null) {
      this.#refused += 1;
      this.#scheduler.after(refusalMs, () => channel.push({ kind: 'refused', status }));
      return;
    }
    const slow = this.#faults.active('llm-slow').reduce((product, fault) => product * fault.factor, 1);
    const { llm } = this.#world;
    const seconds = hints.secondsToFirstToken ?? this.#random.logNormal(llm.secondsToFirstToken);
    const perSecond = hints.tokensPerSecond ?? this.#random.logNormal(llm.tokensPerSecond);
    const answer: Answer = {
      firstTokenMs: seconds * 1000 * slow,
      tokenMs: (1000 / perSecond) * slow,
      tokens: hints.tokens ?? Math.max(1, Math.round(this.#random.logNormal(llm.tokensPerAnswer))),
      cutAfterTokens: hints.cutAfterTokens,
    };
    this.#inFlight += 1;
    this.#scheduler.after(answer.firstTokenMs, () => this.#say(answer, 0, process, channel));
  }

  /** Token after token, each through the daemon; its line keeps them in order. */
  #say(answer: Answer, said: number, process: number, channel: Channel<LlmEvent>): void {
    const cost = this.#world.pluginDaemon.cpuMsPerToken;
    const isCut = answer.cutAfterTokens !== null && said >= answer.cutAfterTokens;
    if (isCut || said >= answer.tokens) {
      this.#inFlight -= 1;
      this.#daemon.run(process, cost, () => channel.push({ kind: isCut ? 'cut' : 'end' }));
      return;
    }
    const text = `${said === 0 ? '' : ' '}${words[said % words.length]}`;
    this.#daemon.run(process, cost, () => channel.push({ kind: 'token', text }));
    const isLast = said + 1 >= answer.tokens;
    this.#scheduler.after(isLast ? 0 : answer.tokenMs, () => this.#say(answer, said + 1, process, channel));
  }

  /** The status of a refusal the prompt did not ask for, null when the call goes through. */
  #refusal(): number | null {
    const failing = this.#faults.active('llm-errors').find((fault) => this.#random.next() < fault.ratio);
    if (failing) return failing.status;
    const { maxConcurrentCalls, callsPerMinute } = this.#world.llm;
    if (maxConcurrentCalls !== null && this.#inFlight >= maxConcurrentCalls) return 429;
    if (callsPerMinute === null) return null;
    const sinceMs = this.#scheduler.now() - this.#refilledAtMs;
    this.#callsLeft = Math.min(callsPerMinute, this.#callsLeft + (sinceMs / 60_000) * callsPerMinute);
    this.#refilledAtMs = this.#scheduler.now();
    if (this.#callsLeft < 1) return 429;
    this.#callsLeft -= 1;
    return null;
  }
}
