import type { ComponentName } from '../contracts/component.ts';
import type { ComponentEvidence, Evidence } from '../contracts/evidence.ts';
import type { Overlay } from '../contracts/overlay.ts';
import type { GuideContext } from './apply-guide.ts';
import type { ComponentPlan } from './plan-overlay.ts';

/** The lines of each step, ready to be pasted into a POSIX shell in the overlay folder. */
export interface ShellCommands {
  readonly look: readonly string[];
  readonly dryRun: readonly string[];
  readonly apply: readonly string[];
  readonly check: readonly string[];
  readonly undo: readonly string[];
  readonly undoWithoutHelm: readonly string[];
  /** Flags that a later upgrade needs. */
  readonly keepCount: readonly string[];
}

export function shellCommands(overlay: Overlay, { plans, options, evidence }: GuideContext): ShellCommands {
  const { context, namespace, release } = overlay;
  const inNamespace = `--namespace ${shellWord(namespace)}`;
  const kubectl = `kubectl${context === null ? '' : ` --context ${shellWord(context)}`} ${inNamespace}`;
  const helm = `helm${context === null ? '' : ` --kube-context ${shellWord(context)}`} ${inNamespace}`;
  const hasValues = overlay.values.length > 0;
  const counts = liveCounts(plans, evidence, kubectl);
  const upgrade = (flags: string) =>
    continued([`${helm} upgrade ${shellWord(release)} "$CHART" ${flags}`, ...counts]);
  const applyManifests = `${kubectl} apply --server-side --force-conflicts --field-manager dify-scale-tuner`;
  const manifests = overlay.manifests.length > 0 ? ['-f manifests/'] : [];
  const deleteHpa = (name: string) => `${kubectl} delete hpa ${shellWord(name)} --ignore-not-found`;
  const restored = (changed: readonly ComponentPlan[]) =>
    changed
      .filter(({ hpaBefore }) => hpaBefore !== null)
      .map(({ component }) => `${applyManifests} -f before/hpa-${component}.yaml`);
  const deletions = plans.flatMap(({ hpaToDelete }) => (hpaToDelete === null ? [] : [hpaToDelete]));
  return {
    look: [
      ...surroundings(options),
      // Kept once: read again after the upgrade, they would be no way back.
      `[ -s before/values.yaml ] || ${helm} get values ${shellWord(release)} --output yaml > before/values.yaml`,
      `${kubectl} get hpa,deployments`,
      ...externalMetrics(plans, kubectl, namespace),
    ],
    dryRun: [
      ...(hasValues
        ? [upgrade('--reuse-values -f values-overlay.yaml --dry-run=server --hide-secret > /dev/null')]
        : []),
      ...manifests.map((flag) => `${applyManifests} --dry-run=server ${flag}`),
    ],
    apply: [
      ...(hasValues ? [upgrade('--reuse-values -f values-overlay.yaml')] : []),
      ...deletions.map(deleteHpa),
      ...manifests.map((flag) => `${applyManifests} ${flag}`),
    ],
    check: [`${kubectl} get hpa`, ...describeHpas(plans, kubectl)],
    undo: [
      ...manifests.map((flag) => `${kubectl} delete ${flag} --ignore-not-found`),
      ...(hasValues ? [upgrade('--reset-values -f before/values.yaml')] : []),
      ...restored(plans.filter(({ isHpaBeforeOfChart }) => !isHpaBeforeOfChart)),
    ],
    undoWithoutHelm: plans.some(({ hpaBefore }) => hpaBefore !== null)
      ? [...newHpas(plans).map(deleteHpa), ...restored(plans)]
      : [],
    keepCount:
      counts.length === 0
        ? []
        : [continued([`${helm} upgrade ${shellWord(release)} "$CHART" --reuse-values`, ...counts])],
  };
}

/** `--set api.replicas="$(…)"` for every Deployment whose count an HPA decides, changed by this overlay or not. */
function liveCounts(plans: readonly ComponentPlan[], evidence: Evidence, kubectl: string): string[] {
  return (Object.entries(evidence.components) as [ComponentName, ComponentEvidence][])
    .filter(([component, { hpaSpec }]) => {
      const plan = plans.find((candidate) => candidate.component === component);
      return plan === undefined ? hpaSpec !== null : plan.hasHpaAfter;
    })
    .map(
      ([component, { deployment }]) =>
        `--set ${component}.replicas="$(${kubectl} get deployment ${shellWord(deployment)} --output jsonpath={.spec.replicas})"`,
    );
}

/** An HPA that reads a metric nobody serves holds its count for ever: ask before applying. */
function externalMetrics(plans: readonly ComponentPlan[], kubectl: string, namespace: string): string[] {
  const names = plans.flatMap(({ companion }) =>
    (companion?.spec.metrics ?? []).flatMap((metric) =>
      metric.type === 'External' ? [metric.external.metric.name] : [],
    ),
  );
  return [...new Set(names)].map(
    (name) =>
      `${kubectl} get --raw ${shellWord(`/apis/external.metrics.k8s.io/v1beta1/namespaces/${namespace}/${name}`)}  # must answer with a value`,
  );
}

/** HPAs that stand where none stood before. */
function newHpas(plans: readonly ComponentPlan[]): string[] {
  return plans
    .filter(({ companion, hpaBefore, deployment }) => companion !== null && hpaBefore?.name !== deployment)
    .map(({ deployment }) => deployment);
}

function surroundings(options: GuideContext['options']): string[] {
  const { kubeconfig } = options;
  return [
    ...(kubeconfig === undefined ? [] : [`export KUBECONFIG=${shellWord(kubeconfig)}`]),
    `CHART=${chartReference(options)}`,
    'mkdir -p before',
  ];
}

function describeHpas(plans: readonly ComponentPlan[], kubectl: string): string[] {
  return plans
    .filter(({ hasHpaAfter }) => hasHpaAfter)
    .map(({ deployment }) => `${kubectl} describe hpa ${shellWord(deployment)}`);
}

function chartReference({ chartPath, chartLabel }: GuideContext['options']): string {
  const installed = chartLabel == null ? '' : `  # installed: ${chartLabel.replaceAll(/[\n\r]/g, ' ')}`;
  return `${chartPath === undefined ? '/path/to/the/chart' : shellWord(chartPath)}${installed}`;
}

function continued(parts: readonly string[]): string {
  return parts.join(' \\\n  ');
}

/** A word as a POSIX shell reads it back, whatever is in it. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
