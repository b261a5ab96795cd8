import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { Overlay } from '../../tuner/contracts/overlay.ts';
import type { Recorded } from '../recorded.ts';
import type { OverlayText } from '../report-input.ts';
import { type Section, type Shown, section, text } from '../shown.ts';

/** A rendered diff of a whole chart is for an editor, not for a page. */
const mostCharacters = 60_000;

/** The overlay's files as they are, to be read and copied. */
export function overlaySection(overlay: Recorded<Overlay | null>, files: readonly OverlayText[]): Section {
  return section(
    'overlay',
    'Overlay',
    proof(overlay),
    files.length === 0 ? html`<p>No overlay was written.</p>` : null,
    ...[...files].sort((a, b) => rank(a) - rank(b)).map(file),
  );
}

/** What is applied, then how, then what it changes, then the way back. */
function rank({ path }: OverlayText): number {
  const order = [/^values-overlay/, /^manifests\//, /^APPLY/, /\.diff$/];
  const found = order.findIndex((pattern) => pattern.test(path));
  return found < 0 ? order.length : found;
}

function proof(overlay: Recorded<Overlay | null>): Shown {
  if (overlay.value === null || overlay.value.verdict === 'noChange') return null;
  if (overlay.value.isProved) {
    return html`<p>Proved: ${text(overlay.at('renderedChart'))} was rendered with and without it, and every key changes something.</p>`;
  }
  return html`<p><b>Not proved by rendering</b>: ${text(overlay.at('notProvedBecause'))}.</p>`;
}

function file({ path, text: content }: OverlayText): VNode {
  const source = `overlay/${path}`;
  const isWhole = content.length <= mostCharacters;
  const id = `file-${path.replaceAll(/[^\w-]/g, '-')}`;
  return html`<details class="file" open=${path === 'values-overlay.yaml' || path.startsWith('manifests/')}>
    <summary><code>${source}</code></summary>
    <button type="button" class="copy" data-copies=${id}>Copy</button>
    <pre id=${id} tabindex="0"><code data-source=${source} data-format=${isWhole ? 'file' : 'file-start'}>${
      path.endsWith('.diff') ? diffLines(content.slice(0, mostCharacters)) : content.slice(0, mostCharacters)
    }</code></pre>
    ${isWhole ? null : html`<p>The rest stands in <a href=${encodeURI(source)}>${source}</a>.</p>`}
  </details>`;
}

function diffLines(text: string): Shown[] {
  return text.split(/(?<=\n)/).map((line) => {
    const kind = /^(\+\+\+|---|@@)/.test(line)
      ? 'where'
      : line.startsWith('+')
        ? 'added'
        : line.startsWith('-')
          ? 'removed'
          : '';
    return kind === '' ? line : html`<span class=${`diff ${kind}`}>${line}</span>`;
  });
}
