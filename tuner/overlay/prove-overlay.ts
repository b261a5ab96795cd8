import type { Evidence } from '../contracts/evidence.ts';
import { exitCodes, TuneError } from '../errors.ts';
import type { Manifests } from './manifests.ts';
import type { ComponentPlan } from './plan-overlay.ts';
import { type ProvedValues, proveValues } from './prove-values.ts';
import type { Chart } from './read-chart.ts';
import type { Values } from './values-document.ts';

export interface Proof extends ProvedValues {
  readonly chartName: string;
  /** Rendered with the values in force. */
  readonly before: Manifests;
}

/** Renders the chart with and without the overlay: every key must matter, every Deployment must be there. */
export async function proveOverlay(
  plans: readonly ComponentPlan[],
  { chart, releaseValues, evidence }: { chart: Chart; releaseValues: Values; evidence: Evidence },
): Promise<Proof> {
  const before = await chart.render(releaseValues);
  for (const { deployment } of plans) {
    if (!before.has(`Deployment ${deployment}`)) throw notRendered(deployment, before, evidence);
  }
  const proved = await proveValues(
    plans.flatMap(({ values }) => values),
    chart.render,
    { before, inForce: releaseValues, chartValues: chart.values },
  );
  return { ...proved, before, chartName: chart.name };
}

function notRendered(deployment: string, rendered: Manifests, { runId }: Evidence): TuneError {
  const names = [...rendered.keys()].filter((id) => id.startsWith('Deployment ')).map((id) => id.slice(11));
  return new TuneError({
    code: 'DEPLOYMENT_NOT_RENDERED',
    message: `the chart renders no Deployment ${deployment}, which run ${runId} recorded`,
    why: `it renders ${names.length === 0 ? 'none at all' : names.join(', ')}; another release name, nameOverride or fullnameOverride gives other names`,
    next: 'name the release’s own values: helm get values RELEASE --output yaml > values.yaml, then --values values.yaml',
    exitCode: exitCodes.usage,
  });
}
