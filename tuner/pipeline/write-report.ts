import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { renderJunit } from '../../reports/junit.ts';
import { renderReport } from '../../reports/render-report.ts';
import type { OverlayText, ReportInput } from '../../reports/report-input.ts';
import { overlaySchema } from '../contracts/overlay.ts';
import type { RunFolder } from './run-folder.ts';

const overlayRecord = 'overlay.json';

/**
 * Writes report.html and junit.xml.
 *
 * @returns path of the page
 */
export function writeReport(
  folder: RunFolder,
  stages: Omit<ReportInput, 'overlay' | 'overlayFiles'>,
): string {
  const texts = overlayTexts(folder.file('overlay'));
  const record = texts.find(({ path }) => path === overlayRecord);
  const input: ReportInput = {
    ...stages,
    overlay: record ? overlaySchema.parse(JSON.parse(record.text)) : null,
    overlayFiles: texts.filter((text) => text !== record),
  };
  folder.writeText('report', renderReport(input));
  folder.writeText('junit', renderJunit(input));
  return folder.file('report');
}

function overlayTexts(folder: string): OverlayText[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({ path: relative(folder, path), text: readFileSync(path, 'utf8') }));
}
