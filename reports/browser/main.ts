import type { ChartPage } from '../chart.ts';
import { enableCopyButtons } from './copy-buttons.ts';
import { drawCharts } from './draw-charts.ts';

const data = document.getElementById('charts')?.textContent;
if (data) drawCharts(JSON.parse(data) as ChartPage);
enableCopyButtons();
