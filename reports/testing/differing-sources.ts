import type { ReportInput } from '../report-input.ts';

/**
 * Every place of a page that claims to show a recorded value and does not.
 *
 * Reads the page as a person would: the text is parsed back and held against the field that `data-source` names,
 * to half a unit of the last digit shown. Shares no code with what wrote the page.
 */
export function differingSources(document: Document, input: ReportInput): string[] {
  const claims = [...document.querySelectorAll('[data-source]')].flatMap((element) => {
    const source = element.getAttribute('data-source') ?? '';
    const shown = (element.textContent ?? '').trim();
    const problem = difference(element, shown, resolve(source, input));
    return problem === null ? [] : [`${source}: shows "${shown}", ${problem}`];
  });
  return [...claims, ...unclaimedNumbers(document)];
}

/** A table cell or fact with digits in it that names no source. */
function unclaimedNumbers(document: Document): string[] {
  return [...document.querySelectorAll('tbody td, tbody th, dd')].flatMap((cell) => {
    const copy = cell.cloneNode(true) as Element;
    for (const claimed of copy.querySelectorAll('[data-source], .position')) claimed.remove();
    const rest = copy.textContent ?? '';
    return /\d/.test(rest.replaceAll(/\bp\d+\b/g, '')) ? [`"${rest.trim()}" names no source`] : [];
  });
}

/** Files by the names they have in a run folder. */
function resolve(source: string, input: ReportInput): unknown {
  const [file = '', pointer = ''] = source.split('#');
  const overlayFile = input.overlayFiles.find(({ path }) => `overlay/${path}` === file);
  if (overlayFile) return overlayFile.text;
  const files: Record<string, unknown> = {
    'run.json': input.run,
    'evidence.json': input.evidence,
    'advice.json': input.advice,
    'verdict.json': input.verdict,
    'validity.json': input.validity,
    'events.ndjson': input.events,
    'overlay/overlay.json': input.overlay,
  };
  if (!(file in files)) throw new Error(`no such file: ${source}`);
  const steps = pointer.split('/').slice(1);
  return steps.reduce<unknown>((at, step) => {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    return at === null || at === undefined ? null : ((at as Record<string, unknown>)[key] ?? null);
  }, files[file]);
}

/** What one unit of the shown text is in the recorded unit. */
const scales: Record<string, number> = { percent: 0.01, mebibytes: 1_048_576 };

function difference(element: Element, shown: string, recorded: unknown): string | null {
  const format = element.getAttribute('data-format');
  if (format === 'unknown') return recorded === null ? null : `recorded is ${String(recorded)}`;
  if (format === 'word') {
    return element.getAttribute('data-value') === recorded ? null : `recorded is ${String(recorded)}`;
  }
  if (format === 'file') return element.textContent === recorded ? null : 'which is not the file';
  if (format === 'file-start') {
    return String(recorded).startsWith(element.textContent ?? '') ? null : 'which is not how the file begins';
  }
  if (element.localName === 'time') {
    return element.getAttribute('datetime') === recorded ? null : `recorded is ${String(recorded)}`;
  }
  if (typeof recorded !== 'number')
    return shown === String(recorded).trim() ? null : `recorded is "${String(recorded)}"`;
  const exact = element.getAttribute('value');
  if (exact !== null && Number(exact) !== recorded) return `its exact value ${exact} is not ${recorded}`;
  const { value, halfDigit } =
    format === 'clock' ? readClock(shown) : readNumber(shown, scales[format ?? ''] ?? 1);
  return Math.abs(value - recorded) <= halfDigit * (1 + 1e-9) ? null : `recorded is ${recorded}`;
}

function readClock(shown: string): { value: number; halfDigit: number } {
  const parts = shown.replace('−', '').split(':').map(Number);
  const seconds = parts.reduce((sum, part) => sum * 60 + part, 0);
  return { value: shown.startsWith('−') ? -seconds : seconds, halfDigit: 0.5 };
}

function readNumber(shown: string, scale: number): { value: number; halfDigit: number } {
  const digits = /-?[\d,]*\.?\d+(?:e[+-]?\d+)?/.exec(shown)?.[0].replaceAll(',', '') ?? 'NaN';
  const [mantissa = '', exponent = '0'] = digits.split('e');
  const decimals = mantissa.split('.')[1]?.length ?? 0;
  return { value: Number(digits) * scale, halfDigit: 0.5 * 10 ** (Number(exponent) - decimals) * scale };
}
