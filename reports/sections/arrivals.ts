import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { Run } from '../../tuner/contracts/run.ts';
import type { Recorded } from '../recorded.ts';
import { text, unknown } from '../shown.ts';

const spacingWords: Record<string, string> = {
  random: 'at random, as users come (Poisson)',
  even: 'at equal distances: less waits than with users',
};

/** What of a profile decides it. */
interface Spaced {
  readonly arrivalSpacing?: string;
  readonly shape?: { readonly replay?: { readonly traceFile?: string } };
}

/** How arrivals were spaced: under equal distances nothing waits below full load, which users would see. */
export function arrivals(run: Recorded<Run>): VNode {
  const profile = run.at('profile') as Recorded<Spaced | null>;
  const trace = profile.at('shape').at('replay').at('traceFile') as Recorded<string | null>;
  if (trace.value !== null) return html`<span>at the moments of ${text(trace)}</span>`;
  const spacing = profile.at('arrivalSpacing');
  const words = spacing.value === null ? undefined : spacingWords[spacing.value];
  if (words === undefined) return unknown(spacing);
  return html`<span data-source=${spacing.source} data-format="word" data-value=${spacing.value}>${words}</span>`;
}
