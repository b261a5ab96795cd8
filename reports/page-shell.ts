import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { ChartPage } from './chart.ts';

/** The document around the sections: style, chart data and the script that draws them, all inlined. */
export function pageShell({ title, body, page }: { title: string; body: string; page: ChartPage }): string {
  const { script, style } = assets();
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${sha256(script)}'; img-src data:; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${renderToString(h('meta', { 'http-equiv': 'Content-Security-Policy', content: policy }))}
${renderToString(h('title', null, title))}
<style>${style}</style>
</head>
<body>
${body}
<script type="application/json" id="charts">${jsonForHtml(page)}</script>
<script>${script}</script>
</body>
</html>
`;
}

interface Assets {
  readonly script: string;
  readonly style: string;
}
let built: Assets | null = null;

/** Bundled once a process: the sources do not change while it runs. */
function assets(): Assets {
  built ??= { script: browserScript(), style: styleSheet() };
  return built;
}

function browserScript(): string {
  const result = buildSync({
    entryPoints: [join(import.meta.dirname, 'browser', 'main.ts')],
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    target: 'es2022',
    // uPlot reads this global for the resolution of its canvases; paper needs more than a screen.
    define: { devicePixelRatio: 'chartPixelRatio' },
    banner: { js: 'var chartPixelRatio=Math.max(2,window.devicePixelRatio);' },
    logLevel: 'silent',
  });
  // A script element ends at the first "</script", wherever it stands.
  return (result.outputFiles[0]?.text ?? '').replaceAll('</', '<\\/');
}

function styleSheet(): string {
  const ofCharts = createRequire(import.meta.url).resolve('uplot/dist/uPlot.min.css');
  return [ofCharts, join(import.meta.dirname, 'page.css')]
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
}

/** JSON that cannot end its script element or open a comment in it. */
function jsonForHtml(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
