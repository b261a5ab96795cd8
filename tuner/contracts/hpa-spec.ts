import { z } from 'zod';

/**
 * `spec` of an autoscaling/v2 HorizontalPodAutoscaler as a user writes it: defaults are not filled in.
 *
 * Refuses what the API server refuses (Kubernetes 1.37 pkg/apis/autoscaling/validation), with the path of the
 * field. What depends on the server's version (minReplicas 0) is checked where the version is known:
 * tuner/hpa/compile-hpa.ts.
 */

const maxInt32 = 2 ** 31 - 1;
const int32 = (min: number) => z.int().min(min).max(maxInt32);

/** `500m`, `1.5Gi`, `2e3`, or a bare number as YAML reads an unquoted one. Parsed by tuner/hpa/quantity.ts. */
export const quantitySchema = z.union([
  z.string().regex(/^[+-]?(\d+\.?\d*|\.\d+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d{1,3})?$/, {
    error: 'is not a Kubernetes quantity such as 500m, 2, 1.5Gi',
  }),
  z.number(),
]);
export type QuantityText = z.infer<typeof quantitySchema>;

const isZero = (quantity: QuantityText) => !/[1-9]/.test(String(quantity).replace(/[eE][+-]?\d+$/, ''));
const isNegative = (quantity: QuantityText) => String(quantity).startsWith('-') && !isZero(quantity);

const positiveQuantity = quantitySchema.refine((quantity) => !isZero(quantity) && !isNegative(quantity), {
  error: 'must be positive',
});
const nonNegativeQuantity = quantitySchema.refine((quantity) => !isNegative(quantity), {
  error: 'must not be negative',
});

const labelSelectorSchema = z.strictObject({
  matchLabels: z.record(z.string(), z.string()).optional(),
  matchExpressions: z
    .array(
      z.strictObject({
        key: z.string(),
        operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
        values: z.array(z.string()).optional(),
      }),
    )
    .optional(),
});

const metricIdentifierSchema = z.strictObject({
  name: z.string().min(1),
  selector: labelSelectorSchema.optional(),
});

/** Reference to a scale target or a described object; `apiVersion` may be left out for core kinds. */
const objectReferenceSchema = z.strictObject({
  apiVersion: z.string().optional(),
  kind: z.string().min(1),
  name: z.string().min(1),
});

const metricTargetSchema = z.strictObject({
  type: z.enum(['Utilization', 'Value', 'AverageValue']),
  /** Target of the whole metric (Object, External). */
  value: positiveQuantity.optional(),
  /** Target per pod. */
  averageValue: positiveQuantity.optional(),
  /** Percent of the request (Resource, ContainerResource). */
  averageUtilization: int32(1).optional(),
});
type MetricTarget = z.infer<typeof metricTargetSchema>;

const exactlyOne = (first: keyof MetricTarget, second: keyof MetricTarget) => (target: MetricTarget) =>
  (target[first] === undefined) !== (target[second] === undefined);

const resourceTargetSchema = metricTargetSchema.refine(exactlyOne('averageUtilization', 'averageValue'), {
  error: 'must set either averageUtilization or averageValue',
});
const externalTargetSchema = metricTargetSchema.refine(exactlyOne('value', 'averageValue'), {
  error: 'must set either value or averageValue',
});
const objectTargetSchema = metricTargetSchema.refine(
  (target) => target.value !== undefined || target.averageValue !== undefined,
  { error: 'must set value or averageValue' },
);
const podsTargetSchema = metricTargetSchema.refine((target) => target.averageValue !== undefined, {
  error: 'must set averageValue',
});

const metricTypes = 'Resource, ContainerResource, Pods, Object, External';

/** One entry of `spec.metrics`: the type names the one source that is filled in. */
export const metricSpecSchema = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      type: z.literal('Resource'),
      resource: z.strictObject({ name: z.string().min(1), target: resourceTargetSchema }),
    }),
    z.strictObject({
      type: z.literal('ContainerResource'),
      containerResource: z.strictObject({
        name: z.string().min(1),
        container: z.string().min(1),
        target: resourceTargetSchema,
      }),
    }),
    z.strictObject({
      type: z.literal('Pods'),
      pods: z.strictObject({ metric: metricIdentifierSchema, target: podsTargetSchema }),
    }),
    z.strictObject({
      type: z.literal('Object'),
      object: z.strictObject({
        describedObject: objectReferenceSchema,
        metric: metricIdentifierSchema,
        target: objectTargetSchema,
      }),
    }),
    z.strictObject({
      type: z.literal('External'),
      external: z.strictObject({ metric: metricIdentifierSchema, target: externalTargetSchema }),
    }),
  ],
  {
    error: ({ input }) =>
      `unknown metric type ${JSON.stringify((input as { type?: unknown })?.type)}; there are ${metricTypes}`,
  },
);
export type MetricSpec = z.infer<typeof metricSpecSchema>;

export const scalingPolicySchema = z.strictObject({
  type: z.enum(['Pods', 'Percent']),
  /** Pods, or percent of the replicas at the start of the period. */
  value: int32(1),
  periodSeconds: int32(1).max(1800),
});
export type ScalingPolicy = z.infer<typeof scalingPolicySchema>;

export const scalingRulesSchema = z.strictObject({
  stabilizationWindowSeconds: int32(0).max(3600).optional(),
  selectPolicy: z.enum(['Max', 'Min', 'Disabled']).optional(),
  policies: z.array(scalingPolicySchema).min(1).optional(),
  /** Half-width of the dead band in this direction, a ratio (`100m`, `0.05`); read by 1.35 and later. */
  tolerance: nonNegativeQuantity.optional(),
});
export type ScalingRules = z.infer<typeof scalingRulesSchema>;

export const hpaSpecSchema = z
  .strictObject({
    scaleTargetRef: objectReferenceSchema,
    minReplicas: int32(0).optional(),
    maxReplicas: int32(1),
    metrics: z.array(metricSpecSchema).optional(),
    behavior: z
      .strictObject({ scaleUp: scalingRulesSchema.optional(), scaleDown: scalingRulesSchema.optional() })
      .optional(),
  })
  .superRefine((spec, context) => {
    const minReplicas = spec.minReplicas ?? 1;
    if (spec.maxReplicas < minReplicas) {
      context.addIssue({
        code: 'custom',
        path: ['maxReplicas'],
        message: `${spec.maxReplicas} must be greater than or equal to minReplicas (${minReplicas})`,
      });
    }
    const scalesFromOutside = spec.metrics?.some(({ type }) => type === 'Object' || type === 'External');
    if (minReplicas === 0 && !scalesFromOutside) {
      context.addIssue({
        code: 'custom',
        path: ['metrics'],
        message: 'must have an Object or External metric when minReplicas is 0',
      });
    }
  });
export type HpaSpec = z.infer<typeof hpaSpecSchema>;
