import { describe, expect, it } from 'vitest';
import { loadSettingsSchema } from '../../contracts/load-settings.ts';
import { configMapOf, type GroupSpec, jobOf, secretOf, testRunOf } from './manifests.ts';
import { testRunFields } from './testing/test-run-fields.ts';

const secret = 'app-secret-of-this-test';

function spec(load: object = {}): GroupSpec {
  const settings = loadSettingsSchema.parse({
    runner: 'job',
    parallelism: 4,
    image: 'registry.example.com/tune-k6:1',
    imagePullSecrets: ['registry'],
    resources: { requests: { cpu: 2, memory: '1Gi' }, limits: { cpu: '2' } },
    nodeSelector: { pool: 'load' },
    tolerations: [{ key: 'load', operator: 'Exists' }],
    ...load,
  });
  return {
    name: 'tune-load-1',
    namespace: 'dify-load',
    settings: { ...settings, image: settings.image ?? '' },
    files: { 'script.js': 'export default 1', 'load-plan.json': '{}' },
    secrets: { TUNE_KEY_CHAT: secret },
    outputs: ['opentelemetry'],
    deadlineSeconds: 900,
    owner: 'host/1',
    aliveUntil: '2026-01-01T00:05:00.000Z',
  };
}

describe('jobOf', () => {
  const job = jobOf(spec());
  const [container] = job.spec.template.spec.containers;

  it('is an Indexed Job whose runners neither come again nor take each other along', () => {
    expect(job.spec).toMatchObject({
      completionMode: 'Indexed',
      completions: 4,
      parallelism: 4,
      backoffLimitPerIndex: 0,
      maxFailedIndexes: 4,
      activeDeadlineSeconds: 900,
    });
    expect(job.spec.ttlSecondsAfterFinished).toBeGreaterThan(0);
    expect(job.spec.template.spec.restartPolicy).toBe('Never');
  });

  it('starts k6 paused, with its lines on stdout, and a REST API that only its own pod reaches', () => {
    expect(container?.command).toEqual([
      ...[
        'k6',
        'run',
        '--quiet',
        '--no-color',
        '--no-usage-report',
        '--summary-mode=disabled',
        '--no-thresholds',
      ],
      ...['--address=127.0.0.1:6565', '--paused', '--out', 'buckets=-', '--out', 'opentelemetry'],
      '/tune/plan/script.js',
    ]);
  });

  it('tells each runner its number and how many there are', () => {
    const env = Object.fromEntries((container?.env ?? []).map(({ name, ...rest }) => [name, rest]));
    expect(env.TUNE_RUNNERS).toEqual({ value: '4' });
    expect(env.TUNE_RUNNER).toEqual({
      valueFrom: {
        fieldRef: { fieldPath: "metadata.annotations['batch.kubernetes.io/job-completion-index']" },
      },
    });
  });

  it('fills the gate from annotations, whose changes the kubelet writes at once', () => {
    const gate = job.spec.template.spec.volumes.find(({ name }) => name === 'gate');
    expect(gate).toEqual({
      name: 'gate',
      downwardAPI: {
        items: [
          { path: 'start-at', fieldRef: { fieldPath: "metadata.annotations['tune.dify.ai/start-at']" } },
          {
            path: 'alive-until',
            fieldRef: { fieldPath: "metadata.annotations['tune.dify.ai/alive-until']" },
          },
        ],
      },
    });
    expect(job.spec.template.metadata.annotations).toEqual({
      'tune.dify.ai/alive-until': '2026-01-01T00:05:00.000Z',
    });
  });

  it('meets the restricted Pod Security Standard and carries no token of the cluster', () => {
    expect(job.spec.template.spec).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(container?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  it('is placed as configured, apart where there is room', () => {
    expect(job.spec.template.spec).toMatchObject({
      nodeSelector: { pool: 'load' },
      tolerations: [{ key: 'load', operator: 'Exists' }],
      imagePullSecrets: [{ name: 'registry' }],
      topologySpreadConstraints: [
        {
          topologyKey: 'kubernetes.io/hostname',
          whenUnsatisfiable: 'ScheduleAnyway',
          labelSelector: { matchLabels: { 'tune.dify.ai/runners': 'tune-load-1' } },
        },
      ],
    });
    expect(container?.resources).toEqual({ requests: { cpu: '2', memory: '1Gi' }, limits: { cpu: '2' } });
    expect(jobOf(spec({ spread: 'none' })).spec.template.spec.topologySpreadConstraints).toEqual([]);
    const [zones] = jobOf(spec({ spread: 'zones' })).spec.template.spec.topologySpreadConstraints;
    expect(zones?.topologyKey).toBe('topology.kubernetes.io/zone');
  });
});

describe('testRunOf', () => {
  const testRun = testRunOf(spec({ runner: 'k6-operator' }));

  it('uses documented fields alone', () => {
    expect(testRunFields.safeParse(testRun).error?.issues ?? []).toEqual([]);
    // The check is worth something: a field of a later or another version would be dropped in silence.
    const wrong = { ...testRun, spec: { ...testRun.spec, runners: 4 } };
    expect(testRunFields.safeParse(wrong).success).toBe(false);
  });

  it('leaves segments, pause and address to the operator, and reads the script without its initializer', () => {
    expect(testRun.spec).toMatchObject({
      parallelism: 4,
      script: { configMap: { name: 'tune-load-1', file: 'script.js' } },
      initializer: { disabled: true },
      quiet: 'true',
    });
    expect(testRun.spec.arguments).toContain('--out buckets=- --out opentelemetry');
    expect(testRun.spec.arguments).not.toMatch(/paused|address|segment/);
  });

  it('has the runners of a Job: image, keys, files, resources, placement', () => {
    const [container] = jobOf(spec()).spec.template.spec.containers;
    const { runner } = testRun.spec;
    expect(runner.image).toBe(container?.image);
    expect(runner.envFrom).toEqual(container?.envFrom);
    expect(runner.resources).toEqual(container?.resources);
    expect(runner.volumeMounts).toEqual(container?.volumeMounts);
    expect(runner.nodeSelector).toEqual({ pool: 'load' });
    expect(runner.env.at(-1)).toEqual({
      name: 'TUNE_RUNNER',
      valueFrom: { fieldRef: { fieldPath: 'metadata.name' } },
    });
    // Its pods are begun by the operator's starter: only the sign of life comes by annotation.
    expect(JSON.stringify(runner.volumes)).not.toContain('start-at');
  });
});

describe('the starter of k6-operator', () => {
  it('is taken by every namespace that takes the runners', () => {
    const { starter, runner } = testRunOf(spec({ runner: 'k6-operator' })).spec;
    expect(starter.securityContext).toEqual(runner.securityContext);
    expect(starter.containerSecurityContext).toEqual(runner.containerSecurityContext);
    expect(starter.imagePullSecrets).toEqual(runner.imagePullSecrets);
    expect(starter.tolerations).toEqual(runner.tolerations);
    expect(starter).not.toHaveProperty('image');
  });

  it('is of the image that the config names', () => {
    const load = {
      runner: 'k6-operator',
      starterImage: 'mirror/starter:1',
      imagePullPolicy: 'Never',
    } as const;
    const testRun = testRunOf(spec(load));
    expect(testRun.spec.starter).toMatchObject({ image: 'mirror/starter:1', imagePullPolicy: 'Never' });
    expect(testRunFields.safeParse(testRun).error?.issues ?? []).toEqual([]);
  });
});

describe('keys', () => {
  it('stand in the Secret and nowhere else', () => {
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'tune-load-1', uid: 'u' };
    expect(secretOf(spec(), owner).stringData).toEqual({ TUNE_KEY_CHAT: secret });
    const others = [jobOf(spec()), testRunOf(spec()), configMapOf(spec())];
    expect(JSON.stringify(others)).not.toContain(secret);
  });
});
