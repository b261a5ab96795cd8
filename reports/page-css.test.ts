import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const css = readFileSync(join(import.meta.dirname, 'page.css'), 'utf8');

function colors(block: string): Record<string, string> {
  return Object.fromEntries(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map(([, name, value]) => [name, value]),
  );
}
const light = colors(css.slice(0, css.indexOf('@media')));
const dark = { ...light, ...colors(css.slice(css.indexOf('@media'), css.indexOf('* {'))) };

/** Contrast ratio, 1 to 21. @see WCAG 2.2, definitions of relative luminance and contrast ratio */
function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

describe.each([
  ['light', light],
  ['dark', dark],
])('the %s colours', (_, palette) => {
  const texts = [
    ['ink', 'page'],
    ['muted', 'page'],
    ['link', 'page'],
    ['bad', 'page'],
    ['ink', 'panel'],
    ['muted', 'panel'],
    ['good', 'good-back'],
    ['bad', 'bad-back'],
    ['unsure', 'unsure-back'],
  ] as const;
  it.each(texts)('let %s be read on %s (4.5 : 1, WCAG 1.4.3)', (text, back) => {
    expect(contrast(palette[text] ?? '', palette[back] ?? '')).toBeGreaterThanOrEqual(4.5);
  });

  const lines = Object.keys(palette).filter((name) => name.startsWith('line-'));
  it.each(lines)('let %s be seen on the page (3 : 1, WCAG 1.4.11)', (line) => {
    expect(contrast(palette[line] ?? '', palette.page ?? '')).toBeGreaterThanOrEqual(3);
  });
});
