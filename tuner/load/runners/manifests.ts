import type { LoadSettings } from '../../contracts/load-settings.ts';
import { planFile, planFolder, scriptFile } from './bundle-plan.ts';
import { runnerContainer } from './runner-pod.ts';

/** What the objects of one group of runners are made from. */
export interface GroupSpec {
  /** Of every object of the group. */
  readonly name: string;
  readonly namespace: string;
  readonly settings: LoadSettings & { readonly image: string };
  /** File name → text. */
  readonly files: Readonly<Record<string, string>>;
  /** Environment that nobody else may read: API keys, credentials of outputs. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Further k6 outputs as k6 spells them. */
  readonly outputs: readonly string[];
  /** The cluster ends the runners after this, whatever became of tune. */
  readonly deadlineSeconds: number;
  /** Who made it, so that the next run knows whether it is still there. */
  readonly owner: string;
  /** ISO time until which nobody needs to have given a sign of life. */
  readonly aliveUntil: string;
}

export const startAtAnnotation = 'tune.dify.ai/start-at';
export const aliveUntilAnnotation = 'tune.dify.ai/alive-until';
export const ownerAnnotation = 'tune.dify.ai/owner';
/** By which a group's pods and leftovers are found. */
export const groupLabel = 'tune.dify.ai/runners';
export const managedBy = { 'app.kubernetes.io/managed-by': 'dify-scale-tuner' };

const gateFolder = '/tune/gate';
/** After the end of k6 its log can be read for this long, should tune be gone; then the cluster removes everything. */
const keptSeconds = 600;
/** k6 ends in order within it or not at all, as on this machine. */
const graceSeconds = 2;

export function configMapOf(spec: GroupSpec) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadataOf(spec), data: spec.files };
}

/** @param owner the object with which it goes */
export function secretOf(spec: GroupSpec, owner: OwnerReference) {
  const metadata = { ...metadataOf(spec), ownerReferences: [owner] };
  return { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', stringData: spec.secrets };
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/**
 * One pod for each runner. A runner that fails is not made again and takes no other with it: Kubernetes before 1.29
 * drops `backoffLimitPerIndex` and makes a new pod instead, which then waits at its gate until the end.
 */
export function jobOf(spec: GroupSpec) {
  const { parallelism } = spec.settings;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: metadataOf(spec),
    spec: {
      completionMode: 'Indexed',
      completions: parallelism,
      parallelism,
      backoffLimitPerIndex: 0,
      maxFailedIndexes: parallelism,
      podReplacementPolicy: 'Failed',
      activeDeadlineSeconds: spec.deadlineSeconds,
      ttlSecondsAfterFinished: keptSeconds,
      template: {
        metadata: podMetadataOf(spec),
        spec: {
          restartPolicy: 'Never',
          terminationGracePeriodSeconds: graceSeconds,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: podSecurity,
          ...placement(spec),
          imagePullSecrets: pullSecrets(spec),
          containers: [
            {
              name: runnerContainer,
              ...imageOf(spec),
              command: jobCommand(spec.outputs),
              env: [
                ...environment,
                { name: 'TUNE_RUNNERS', value: String(parallelism) },
                {
                  name: 'TUNE_RUNNER',
                  valueFrom: fieldOf("annotations['batch.kubernetes.io/job-completion-index']"),
                },
              ],
              envFrom: [{ secretRef: { name: spec.name } }],
              resources: spec.settings.resources,
              securityContext: containerSecurity,
              volumeMounts: mounts,
            },
          ],
          volumes: [...volumesOf(spec), gateVolume('start-at', 'alive-until')],
        },
      },
    },
  };
}

/**
 * The same runners for k6-operator, which names their segments and begins them by its starter.
 *
 * Without its initializer: that is a shell with k6 which reads the script before, without the keys that it needs.
 *
 * @see github.com/grafana/k6-operator docs/crd-generated.md, TestRun.spec
 */
export function testRunOf(spec: GroupSpec) {
  const { settings } = spec;
  return {
    apiVersion: 'k6.io/v1alpha1',
    kind: 'TestRun',
    metadata: metadataOf(spec),
    spec: {
      parallelism: settings.parallelism,
      script: { configMap: { name: spec.name, file: scriptFile } },
      arguments: [...common, ...outputFlags(spec.outputs)].join(' '),
      quiet: 'true',
      initializer: { disabled: true },
      starter: starterOf(spec),
      runner: {
        ...imageOf(spec),
        imagePullSecrets: pullSecrets(spec),
        metadata: podMetadataOf(spec),
        automountServiceAccountToken: 'false',
        // By it runners tell their documents apart; the segment is the operator's.
        env: [...environment, { name: 'TUNE_RUNNER', valueFrom: fieldOf('name') }],
        envFrom: [{ secretRef: { name: spec.name } }],
        resources: settings.resources,
        securityContext: podSecurity,
        containerSecurityContext: containerSecurity,
        ...placement(spec),
        volumes: [...volumesOf(spec), gateVolume('alive-until')],
        volumeMounts: mounts,
      },
    },
  };
}

/** A pod with curl that ends the runners' pause; without these it is refused where the runners themselves are taken. */
function starterOf(spec: GroupSpec) {
  const { starterImage, imagePullPolicy, nodeSelector, tolerations } = spec.settings;
  const own = { image: starterImage, ...(imagePullPolicy === undefined ? {} : { imagePullPolicy }) };
  return {
    ...(starterImage === undefined ? {} : own),
    imagePullSecrets: pullSecrets(spec),
    automountServiceAccountToken: 'false',
    securityContext: podSecurity,
    containerSecurityContext: containerSecurity,
    nodeSelector,
    tolerations,
  };
}

const common = ['--no-color', '--no-usage-report', '--summary-mode=disabled', '--no-thresholds'];

function outputFlags(outputs: readonly string[]): string[] {
  return ['buckets=-', ...outputs].flatMap((output) => ['--out', output]);
}

function jobCommand(outputs: readonly string[]): string[] {
  // Paused, so that every runner has its VUs before the first of them begins; its own pod alone may resume it.
  const gate = ['--address=127.0.0.1:6565', '--paused'];
  return ['k6', 'run', '--quiet', ...common, ...gate, ...outputFlags(outputs), `${planFolder}/${scriptFile}`];
}

function metadataOf({ name, namespace, owner, aliveUntil }: GroupSpec) {
  const annotations = { [ownerAnnotation]: owner, [aliveUntilAnnotation]: aliveUntil };
  return { name, namespace, labels: labelsOf({ name }), annotations };
}

function podMetadataOf(spec: GroupSpec) {
  return { labels: labelsOf(spec), annotations: { [aliveUntilAnnotation]: spec.aliveUntil } };
}

function labelsOf({ name }: Pick<GroupSpec, 'name'>): Record<string, string> {
  return { ...managedBy, [groupLabel]: name };
}

function imageOf({ settings: { image, imagePullPolicy } }: GroupSpec) {
  return { image, ...(imagePullPolicy === undefined ? {} : { imagePullPolicy }) };
}

function pullSecrets({ settings }: GroupSpec) {
  return settings.imagePullSecrets.map((name) => ({ name }));
}

const topologyKeys = { nodes: 'kubernetes.io/hostname', zones: 'topology.kubernetes.io/zone' };

/** Apart where there is room: two runners on a node share its network card, and none at all is worse. */
function placement({ name, settings }: GroupSpec) {
  const { nodeSelector, tolerations, spread } = settings;
  const constraint = (topologyKey: string) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: { [groupLabel]: name } },
  });
  return {
    nodeSelector,
    tolerations,
    topologySpreadConstraints: spread === 'none' ? [] : [constraint(topologyKeys[spread])],
  };
}

const environment = [
  { name: 'TUNE_LOAD_PLAN', value: `${planFolder}/${planFile}` },
  { name: 'TUNE_GATE', value: gateFolder },
] as const;

/** What the `restricted` Pod Security Standard asks for. */
const podSecurity = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };
const containerSecurity = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

const mounts = [
  { name: 'plan', mountPath: planFolder, readOnly: true },
  { name: 'gate', mountPath: gateFolder, readOnly: true },
  { name: 'tmp', mountPath: '/tmp' },
];

function volumesOf({ name }: GroupSpec) {
  return [
    { name: 'plan', configMap: { name } },
    { name: 'tmp', emptyDir: {} },
  ];
}

/** Files that follow the pod's annotations: the kubelet writes them anew at once when a pod changes. */
function gateVolume(...files: readonly ('start-at' | 'alive-until')[]) {
  const items = files.map((path) => ({ path, ...fieldOf(`annotations['tune.dify.ai/${path}']`) }));
  return { name: 'gate', downwardAPI: { items } };
}

function fieldOf(path: string) {
  return { fieldRef: { fieldPath: `metadata.${path}` } };
}
