import { fittedCases, otherCases, scalingCases } from './cases.ts';
import type { WebCaseTemplate } from './compare-web.ts';
import type { CaseTemplate } from './compare-with-reference.ts';

/** A case of pages that the simulator is held to: p95 to the first byte, utilization and replicas of web. */
export interface WebAccuracyCase {
  readonly name: string;
  readonly template: WebCaseTemplate;
  /** Relative error allowed. */
  readonly within: number;
  readonly replications: number;
}

function templateOf(name: string): CaseTemplate {
  const found = [...fittedCases, ...otherCases, ...scalingCases].find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no case "${name}"`);
  return found.template;
}

const chats = { ...templateOf('CPU at 30 %'), durationSeconds: 900 };
const api = templateOf('API scaled by CPU, jump to four times the load');
const scaling = api.scaling && { ...api.scaling, component: 'web' as const };

const nodes = (replicas: number, processes: number, speed: number) => ({
  replicas,
  slots: Number.POSITIVE_INFINITY,
  processes,
  speed,
  requestedMillicores: 1000 * processes * speed,
  readySeconds: [18, 22] as [number, number],
});
const page = { pods: nodes(2, 1, 1), pageCpuSeconds: 0.04 };

export const webCases: readonly WebAccuracyCase[] = [
  {
    name: 'pages of 40 ms at 70 % of CPU, beside chats',
    template: { ...chats, web: { ...page, pageRate: () => 35 } },
    within: 0.05,
    replications: 4,
  },
  {
    name: 'pages of 50 ms at 85 % of CPU, two processes of half a core a pod',
    template: { ...chats, web: { pods: nodes(2, 2, 0.5), pageCpuSeconds: 0.05, pageRate: () => 34 } },
    within: 0.05,
    replications: 12,
  },
  {
    name: 'web scaled by CPU, jump to 3.6 times the pages of 100 ms',
    template: {
      ...chats,
      scaling,
      web: { ...page, pageCpuSeconds: 0.1, pageRate: (second) => (second > 200 ? 32 : 9) },
    },
    within: 0.05,
    replications: 6,
  },
];
