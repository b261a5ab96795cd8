import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import type { Advice } from '../contracts/advice.ts';
import type { Evidence } from '../contracts/evidence.ts';
import type { Overlay } from '../contracts/overlay.ts';
import { applyGuide, noChangeGuide } from './apply-guide.ts';
import { companionHpaYaml, hpaObject } from './companion-hpa.ts';
import { type ComponentPlan, planOverlay } from './plan-overlay.ts';
import { type Proof, proveOverlay } from './prove-overlay.ts';
import { readChart } from './read-chart.ts';
import { renderedDiff } from './rendered-diff.ts';
import { type Values, valuesYaml } from './values-document.ts';
import { mergeValues, recordedValues } from './values-in-force.ts';

export interface OverlayOptions {
  readonly release: string;
  readonly namespace: string;
  /** kubeconfig context; null: the current one. */
  readonly context: string | null;
  /** File that knows the context, where it is not the usual one. */
  readonly kubeconfig?: string;
  /** Where the files go, `<run>/overlay`; what an earlier overlay left there is removed. */
  readonly folder: string;
  /** Chart folder or .tgz to prove the values with; without one they are written unproved, and say so. */
  readonly chartPath?: string;
  readonly helmPath: string;
  /** `helm get values RELEASE`; without them the recording stands in. */
  readonly releaseValues?: Values;
  /** Label helm.sh/chart of the Deployments, `dify-0.38.0-rc2`; null when unknown. */
  readonly chartLabel?: string | null;
}

export type OverlayResult = { readonly overlay: Overlay; readonly folder: string };

interface OverlayFile {
  /** Inside the overlay folder. */
  readonly path: string;
  readonly text: string;
}

/**
 * Writes what it takes to put the advice in force: values for the chart, manifests for what the chart cannot
 * say, the order in which to apply them and the way back.
 *
 * @returns null when the advice says nothing (insufficientEvidence); the folder then does not exist
 * @throws TuneError VALUES_KEY_IGNORED, CHART_NOT_RENDERED, HELM_NOT_FOUND, DEPLOYMENT_NOT_RENDERED
 */
export async function writeOverlay(
  advice: Advice,
  evidence: Evidence,
  options: OverlayOptions,
): Promise<OverlayResult | null> {
  const { folder } = options;
  if (advice.verdict === 'insufficientEvidence') {
    await rm(folder, { recursive: true, force: true });
    return null;
  }
  const { overlay, files } = await overlayFiles(advice, evidence, options);
  await rm(folder, { recursive: true, force: true });
  for (const { path, text } of [
    ...files,
    { path: 'overlay.json', text: `${JSON.stringify(overlay, null, 2)}\n` },
  ]) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return { overlay, folder };
}

async function overlayFiles(
  advice: Advice,
  evidence: Evidence,
  options: OverlayOptions,
): Promise<{ overlay: Overlay; files: OverlayFile[] }> {
  const chart =
    options.chartPath === undefined
      ? null
      : await readChart({
          ...options,
          chartPath: options.chartPath,
          kubernetesVersion: evidence.kubernetesVersion,
        });
  const releaseValues = options.releaseValues ?? recordedValues(evidence);
  const inForce = chart === null ? releaseValues : mergeValues(chart.values, releaseValues);
  const plans = advice.verdict === 'change' ? planOverlay(advice, evidence, inForce) : [];
  if (plans.every(({ values, companion }) => values.length === 0 && companion === null)) {
    const overlay = overlayRecord({ advice, options, plans: [], proof: null, files: ['APPLY.md'] });
    return { overlay, files: [{ path: 'APPLY.md', text: noChangeGuide(advice) }] };
  }
  const proof = chart === null ? null : await proveOverlay(plans, { chart, releaseValues, evidence });
  const files = changeFiles(plans, { advice, options, proof });
  const paths = ['APPLY.md', ...files.map(({ path }) => path)];
  const overlay = overlayRecord({ advice, options, plans, proof, files: paths });
  const guide = applyGuide(overlay, { plans, options, evidence });
  return { overlay, files: [{ path: 'APPLY.md', text: guide }, ...files] };
}

interface Written {
  readonly advice: Advice;
  readonly options: OverlayOptions;
  readonly proof: Proof | null;
}

function changeFiles(plans: readonly ComponentPlan[], { advice, options, proof }: Written): OverlayFile[] {
  const settings = plans.flatMap(({ values }) => values);
  const heading = `Values for the release ${options.release}, laid over those it has; from run ${advice.runId}.\nHow to apply and undo: APPLY.md`;
  const identity = ({ component, deployment }: ComponentPlan) => ({ component, deployment, ...options });
  const companions = plans.flatMap((plan) =>
    plan.companion === null ? [] : [{ plan, spec: plan.companion.spec }],
  );
  const before = plans.flatMap((plan) => (plan.hpaBefore === null ? [] : [{ plan, ...plan.hpaBefore }]));
  return [
    ...(settings.length === 0 ? [] : [{ path: 'values-overlay.yaml', text: valuesYaml(settings, heading) }]),
    ...companions.map(({ plan, spec }) => ({
      path: `manifests/hpa-${plan.component}.yaml`,
      text: companionHpaYaml(spec, identity(plan), advice),
    })),
    ...(proof === null
      ? []
      : [
          {
            path: 'rendered.diff',
            text: renderedDiff(
              proof,
              companions.map(({ plan, spec }) => hpaObject(spec, identity(plan))),
            ),
          },
        ]),
    ...before.map(({ plan, name, spec }) => ({
      path: `before/hpa-${plan.component}.yaml`,
      text: stringify(hpaObject(spec, { ...identity(plan), name })),
    })),
  ];
}

function overlayRecord({
  advice,
  options,
  plans,
  proof,
  files,
}: Written & { plans: readonly ComponentPlan[]; files: string[] }): Overlay {
  const settings = plans.flatMap(({ values }) => values);
  return {
    schemaVersion: 1,
    runId: advice.runId,
    verdict: plans.length === 0 ? 'noChange' : 'change',
    release: options.release,
    namespace: options.namespace,
    context: options.context,
    layout: 'borispolonsky',
    renderedChart: proof?.chartName ?? null,
    isProved: proof !== null,
    notProvedBecause:
      proof !== null || plans.length === 0
        ? null
        : 'no chart was named, so nobody has seen what it renders from these values (tune overlay RUN --chart PATH)',
    valuesInForce: options.releaseValues === undefined ? 'recording' : 'file',
    values: settings.map(({ path, value, because }, index) => ({
      key: path.join('.'),
      value,
      because,
      changes: proof === null ? null : [...(proof.changes[index] ?? [])],
    })),
    manifests: plans.flatMap(({ component, deployment, companion }) =>
      companion === null
        ? []
        : [
            {
              file: `manifests/hpa-${component}.yaml`,
              component,
              kind: 'HorizontalPodAutoscaler',
              name: deployment,
              because: [...companion.because],
            },
          ],
    ),
    restarts: plans.filter(({ restarts }) => restarts).map(({ component }) => component),
    files,
  };
}
