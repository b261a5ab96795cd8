import { z } from 'zod';
import { componentNameSchema } from './component.ts';

/** overlay/overlay.json: what the overlay folder holds, for whom, and how far it was proved. */
export const overlaySchema = z.strictObject({
  schemaVersion: z.literal(1),
  runId: z.string(),
  /** noChange: the folder holds APPLY.md alone, and it says that nothing should change. */
  verdict: z.enum(['change', 'noChange']),
  release: z.string(),
  namespace: z.string(),
  /** null: the kubeconfig's current context. */
  context: z.string().nullable(),
  /** Layout that the values are written for. */
  layout: z.enum(['borispolonsky']),
  /** `name-version` of the chart that was rendered; null: none was. */
  renderedChart: z.string().nullable(),
  /** True: `helm template` with and without the overlay showed that every key changes something. */
  isProved: z.boolean(),
  /** Why not; null when proved. */
  notProvedBecause: z.string().nullable(),
  /** What the values in force were taken from: a file (`helm get values`), or the objects in the recording. */
  valuesInForce: z.enum(['file', 'recording']),
  values: z.array(
    z.strictObject({
      /** `api.autoscaling.minReplicas` */
      key: z.string(),
      value: z.union([z.number(), z.string(), z.boolean()]),
      because: z.string(),
      /** Fields of rendered objects that differ without this key; null when not rendered. */
      changes: z.array(z.string()).nullable(),
    }),
  ),
  manifests: z.array(
    z.strictObject({
      /** Path inside the overlay folder. */
      file: z.string(),
      component: componentNameSchema,
      kind: z.string(),
      name: z.string(),
      /** Why the chart cannot say it. */
      because: z.array(z.string()),
    }),
  ),
  /** Components whose pods are replaced when the values are applied. */
  restarts: z.array(componentNameSchema),
  /** All files of the folder but overlay.json, in the order in which a reader wants them. */
  files: z.array(z.string()),
});
export type Overlay = z.infer<typeof overlaySchema>;
