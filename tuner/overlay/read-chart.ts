import { execa } from 'execa';
import { parse } from 'yaml';
import { exitCodes, TuneError } from '../errors.ts';
import { type ChartSource, chartRenderer, type RenderChart } from './render-chart.ts';
import type { Values } from './values-document.ts';

export interface Chart {
  /** `dify-0.38.0-rc2` */
  readonly name: string;
  /** Its own values.yaml. */
  readonly values: Values;
  readonly render: RenderChart;
}

/** @throws TuneError HELM_NOT_FOUND, CHART_NOT_READ */
export async function readChart(source: ChartSource): Promise<Chart> {
  const { name, version } = parse(await show('chart', source)) as { name: string; version: string };
  const values = (parse(await show('values', source)) ?? {}) as Values;
  return { name: `${name}-${version}`, values, render: chartRenderer(source) };
}

async function show(what: 'chart' | 'values', { helmPath, chartPath }: ChartSource): Promise<string> {
  const result = await execa(helmPath, ['show', what, chartPath], { reject: false });
  if (!result.failed) return result.stdout ?? '';
  if (result.code === 'ENOENT') throw helmNotFound(helmPath);
  throw new TuneError({
    code: 'CHART_NOT_READ',
    message: `${chartPath} is not a chart that helm can read`,
    why: (result.stderr ?? '').trim().split('\n').slice(0, 3).join('\n') || (result.shortMessage ?? ''),
    next: 'name the folder that holds Chart.yaml, or the .tgz, with --chart (helm pull --untar gets one)',
    exitCode: exitCodes.usage,
  });
}

function helmNotFound(helmPath: string): TuneError {
  return new TuneError({
    code: 'HELM_NOT_FOUND',
    message: `there is no helm at "${helmPath}"`,
    why: 'the overlay is proved by rendering the chart with and without it, which is helm’s work',
    next: 'run scripts/setup',
    exitCode: exitCodes.usage,
  });
}
