/// <reference types="node" />
import { randomOf } from '../lib/random.ts';

/**
 * Writes office-ten-minutes.csv, the trace that comes along: node scenarios/traces/make-trace.ts > FILE
 *
 * Made up, not recorded: Poisson arrivals at a rate that rises and falls by half and jumps to four times itself for
 * half a minute, prompts and answers of log-normal lengths. Its form is that of Azure's public LLM inference traces.
 */

const seconds = 600;
const meanPerSecond = 1;
const beganAt = Date.UTC(2026, 0, 5, 9);

/** A burst as after an announcement. */
const burst = { fromSeconds: 300, toSeconds: 330, factor: 4 };
const promptTokens = { median: 250, sigma: 1, most: 4000 };
const answerTokens = { median: 100, sigma: 0.7, most: 800 };

export function makeTrace(seed: number): string {
  const random = randomOf(seed);
  const lines = ['TIMESTAMP,ContextTokens,GeneratedTokens'];
  // Thinning: candidates at the highest rate, each kept with the probability of the rate at its moment.
  const most = meanPerSecond * 1.5 * burst.factor;
  for (let at = waited(most, random); at < seconds; at += waited(most, random)) {
    if (random() * most >= rateAt(at)) continue;
    lines.push(`${timestamp(at)},${length(promptTokens, random)},${length(answerTokens, random)}`);
  }
  return `${lines.join('\n')}\n`;
}

function rateAt(second: number): number {
  const wave = 1 + 0.5 * Math.sin((2 * Math.PI * second) / seconds);
  const isBurst = second >= burst.fromSeconds && second < burst.toSeconds;
  return meanPerSecond * wave * (isBurst ? burst.factor : 1);
}

/** Exponential: the time between two arrivals of a Poisson process. */
function waited(perSecond: number, random: () => number): number {
  return -Math.log(1 - random()) / perSecond;
}

/** Box and Muller's way to a normal, its exponential cut off at `most`. */
function length(of: { median: number; sigma: number; most: number }, random: () => number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.min(of.most, Math.max(1, Math.round(of.median * Math.exp(of.sigma * normal))));
}

function timestamp(second: number): string {
  const whole = new Date(beganAt + Math.floor(second) * 1000).toISOString().slice(0, 19).replace('T', ' ');
  const fraction = Math.floor((second % 1) * 10_000);
  return `${whole}.${String(fraction).padStart(4, '0')}`;
}

if (process.argv[1] === import.meta.filename) process.stdout.write(makeTrace(1));
