import { z } from 'zod';

/**
 * The fields of a TestRun that k6-operator documents, as far as tune sets any: API reference of k6.io/v1alpha1
 * (github.com/grafana/k6-operator, docs/crd-generated.md, read at v1.6.0 in November 2026). Strict: an API server drops
 * what the CustomResourceDefinition does not name, in silence. Deeper fields are Kubernetes' own (core/v1).
 */
const pod = z.strictObject({
  affinity: z.looseObject({}).optional(),
  automountServiceAccountToken: z.string().optional(),
  containerSecurityContext: z.looseObject({}).optional(),
  /** Of the initializer alone. */
  disabled: z.boolean().optional(),
  env: z.array(z.looseObject({ name: z.string() })).optional(),
  envFrom: z.array(z.looseObject({})).optional(),
  image: z.string().optional(),
  imagePullPolicy: z.string().optional(),
  imagePullSecrets: z.array(z.strictObject({ name: z.string() })).optional(),
  initContainers: z.array(z.looseObject({})).optional(),
  livenessProbe: z.looseObject({}).optional(),
  metadata: z
    .strictObject({
      annotations: z.record(z.string(), z.string()).optional(),
      labels: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
  nodeSelector: z.record(z.string(), z.string()).optional(),
  priorityClassName: z.string().optional(),
  readinessProbe: z.looseObject({}).optional(),
  resources: z
    .strictObject({
      limits: z.record(z.string(), z.string()).optional(),
      requests: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
  schedulerName: z.string().optional(),
  securityContext: z.looseObject({}).optional(),
  serviceAccountName: z.string().optional(),
  tolerations: z.array(z.looseObject({})).optional(),
  topologySpreadConstraints: z
    .array(z.looseObject({ maxSkew: z.int(), topologyKey: z.string(), whenUnsatisfiable: z.string() }))
    .optional(),
  volumeMounts: z.array(z.looseObject({ name: z.string(), mountPath: z.string() })).optional(),
  volumes: z.array(z.looseObject({ name: z.string() })).optional(),
});

export const testRunFields = z.strictObject({
  apiVersion: z.literal('k6.io/v1alpha1'),
  kind: z.literal('TestRun'),
  metadata: z.looseObject({ name: z.string(), namespace: z.string() }),
  spec: z.strictObject({
    parallelism: z.int(),
    script: z.strictObject({
      configMap: z.strictObject({ name: z.string(), file: z.string().optional() }),
    }),
    args: z.array(z.string()).optional(),
    arguments: z.string().optional(),
    cleanup: z.literal('post').optional(),
    initializer: pod.optional(),
    paused: z.string().optional(),
    ports: z.array(z.looseObject({})).optional(),
    quiet: z.string().optional(),
    runner: pod.optional(),
    separate: z.boolean().optional(),
    starter: pod.optional(),
  }),
});
