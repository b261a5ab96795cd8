import type { Advice } from '../contracts/advice.ts';
import type { Evidence } from '../contracts/evidence.ts';
import type { Overlay } from '../contracts/overlay.ts';
import { type ShellCommands, shellCommands } from './apply-commands.ts';
import type { ComponentPlan } from './plan-overlay.ts';

export interface GuideContext {
  readonly plans: readonly ComponentPlan[];
  readonly options: {
    readonly chartPath?: string;
    readonly chartLabel?: string | null;
    readonly kubeconfig?: string;
  };
  readonly evidence: Evidence;
}

/** APPLY.md of advice that changes nothing. */
export function noChangeGuide(advice: Advice): string {
  return `# Nothing to apply

Run ${advice.runId}: the settings in force are inside the range that cannot be told apart from the best ones found.

${advice.summary}

There is no values-overlay.yaml and there are no manifests in this folder, on purpose.
`;
}

/** APPLY.md: what to run in which order, what each step does, and the way back. */
export function applyGuide(overlay: Overlay, context: GuideContext): string {
  const commands = shellCommands(overlay, context);
  const sections = [
    heading(overlay, context),
    files(overlay),
    lookFirst(commands),
    dryRun(commands),
    apply(overlay, context, commands),
    check(commands),
    undo(overlay, commands),
    later(overlay, context, commands),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function heading(
  { release, namespace, context, runId, ...overlay }: Overlay,
  { evidence }: GuideContext,
): string {
  const where =
    context === null
      ? 'the kubeconfig’s current context (none was configured: look at `kubectl config current-context` first)'
      : `context \`${context}\``;
  const proof = overlay.isProved
    ? `Proved by rendering ${overlay.renderedChart} with and without it: every key changes something (rendered.diff).`
    : `**Not proved**: ${overlay.notProvedBecause}.`;
  const source =
    overlay.valuesInForce === 'file'
      ? 'the release’s own values'
      : 'what the recording saw in the cluster, not from `helm get values`; keys the release sets otherwise are not known here';
  return `# Apply the overlay of run ${runId}

For release \`${release}\` in namespace \`${namespace}\`, ${where}${
    evidence.kubernetesVersion === null ? '' : `, Kubernetes ${evidence.kubernetesVersion}`
  }. Nothing here has been applied.

${proof} The values in force were taken from ${source}.`;
}

function files({ values, manifests, files: paths }: Overlay): string {
  const about: Record<string, string> = {
    'values-overlay.yaml': `what the chart can say: ${values.map(({ key }) => `\`${key}\``).join(', ')}`,
    'rendered.diff': 'what changes in the cluster, object by object',
    ...Object.fromEntries(
      manifests.map(({ file, kind, name, because }) => [
        file,
        `${kind} \`${name}\`, which the chart cannot write: ${because.join('; ')}`,
      ]),
    ),
  };
  const lines = paths
    .filter((path) => path !== 'APPLY.md')
    .map((path) => `- \`${path}\`: ${about[path] ?? 'the HPA as recorded, for the way back'}`);
  return ['## What is here', '', ...lines].join('\n');
}

function lookFirst({ look }: ShellCommands): string {
  return section(
    '## 1. Look, and keep what is there',
    'Run from this folder. CHART is the chart the release was installed from, at the version that is installed: another version changes more than this overlay does. A release that helm does not know (a sandbox is none) skips every helm line of this page.',
    look,
  );
}

function dryRun({ dryRun: lines }: ShellCommands): string {
  return section(
    '## 2. Try it without changing anything',
    'The server checks and defaults everything, and keeps nothing. `--force-conflicts` because helm still owns the fields of the HPA that is to be replaced.',
    lines,
  );
}

function apply({ restarts }: Overlay, { plans }: GuideContext, { apply: lines }: ShellCommands): string {
  const grace = plans.find(({ component }) => restarts.includes(component))?.terminationGracePeriodSeconds;
  const warning =
    restarts.length === 0
      ? 'No pod is restarted.'
      : `**The pods of ${restarts.join(' and ')} are replaced**, because their resource requests change; streams and runs that last longer than the grace period (${grace} s) are cut. Choose a quiet time.`;
  return section(
    '## 3. Apply',
    `${warning}

The chart writes \`spec.replicas\` on every upgrade, also where an HPA decides, so \`--set …replicas\` hands the live count over. Without it Helm 4 stops with a conflict over .spec.replicas, and Helm 3 throws the count back to the number in the values. A conflict in spite of it means that the HPA moved the count in between: run the line again.

In this order, because helm deletes the HPA it owns by its name: applied the other way round, the new HPA would be deleted. Until the last line no HPA moves the count; that takes seconds and harms nobody.`,
    lines,
  );
}

function check({ check: lines }: ShellCommands): string {
  return section(
    '## 4. Check',
    'TARGETS must show numbers, not `<unknown>`, within a minute; the conditions must not say FailedGet….',
    lines,
  );
}

function undo({ manifests }: Overlay, { undo: lines, undoWithoutHelm }: ShellCommands): string {
  const first =
    manifests.length === 0
      ? 'Helm puts back the values kept in step 1.'
      : 'First the HPA that helm does not know, then the values kept in step 1: helm refuses to make an HPA whose name is taken.';
  return section(
    '## 5. Undo',
    first,
    lines,
    undoWithoutHelm.length === 0 ? '' : `Where there is no helm release:\n\n${block(undoWithoutHelm)}`,
  );
}

function later({ manifests }: Overlay, { plans }: GuideContext, { keepCount }: ShellCommands): string {
  if (!plans.some(({ hasHpaAfter }) => hasHpaAfter)) return '';
  const gitOps =
    manifests.length === 0
      ? ''
      : ' In GitOps, keep manifests/ beside the values, and let the tool ignore /spec/replicas of these Deployments (Argo CD: ignoreDifferences with RespectIgnoreDifferences).';
  return section(
    '## From now on',
    `Every later \`helm upgrade\` of this release needs the live counts as well.${gitOps}`,
    keepCount,
  );
}

function section(title: string, text: string, commands: readonly string[], tail = ''): string {
  const parts = [title, text, commands.length === 0 ? '' : block(commands), tail];
  return parts.filter((part) => part !== '').join('\n\n');
}

function block(lines: readonly string[]): string {
  return ['```sh', ...lines, '```'].join('\n');
}
