import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseHTML } from 'linkedom';
import type { ReportInput } from '../report-input.ts';
import { differingSources } from './differing-sources.ts';

/**
 * Holds report.html of a run folder against the files beside it, as they lie on the disk.
 *
 * @returns every place where the page shows what they do not say; throws when the page claims next to nothing
 */
export function checkReport(folder: string): string[] {
  const { document } = parseHTML(readFileSync(join(folder, 'report.html'), 'utf8'));
  const claims = document.querySelectorAll('[data-source]').length;
  if (claims < 20) throw new Error(`${folder}/report.html names only ${claims} sources`);
  return differingSources(document, {
    run: json(folder, 'run.json'),
    validity: json(folder, 'validity.json'),
    evidence: json(folder, 'evidence.json'),
    advice: json(folder, 'advice.json'),
    verdict: json(folder, 'verdict.json'),
    overlay: json(folder, 'overlay/overlay.json'),
    events: lines(join(folder, 'events.ndjson')),
    overlayFiles: texts(join(folder, 'overlay')),
  } as ReportInput);
}

function json(folder: string, file: string): unknown {
  const path = join(folder, file);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null;
}

function lines(path: string): unknown[] {
  if (!existsSync(path)) return [];
  const text = readFileSync(path, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return whole.filter((line) => line !== '').map((line) => JSON.parse(line));
}

function texts(folder: string): { path: string; text: string }[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name !== 'overlay.json')
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: relative(folder, path), text: readFileSync(path, 'utf8') }));
}
