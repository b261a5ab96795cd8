import { z } from 'zod';

const stateSchema = z.looseObject({
  waiting: z.looseObject({ reason: z.string().optional(), message: z.string().optional() }).optional(),
  running: z.looseObject({}).optional(),
  terminated: z
    .looseObject({ exitCode: z.int(), reason: z.string().optional(), message: z.string().optional() })
    .optional(),
});

const podSchema = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    uid: z.string().default(''),
    labels: z.record(z.string(), z.string()).default({}),
    annotations: z.record(z.string(), z.string()).default({}),
    deletionTimestamp: z.string().optional(),
  }),
  spec: z.looseObject({ nodeName: z.string().optional() }).prefault({}),
  status: z
    .looseObject({
      phase: z.string().default('Pending'),
      reason: z.string().optional(),
      message: z.string().optional(),
      conditions: z
        .array(
          z.looseObject({
            type: z.string(),
            status: z.string(),
            reason: z.string().optional(),
            message: z.string().optional(),
          }),
        )
        .default([]),
      containerStatuses: z
        .array(z.looseObject({ name: z.string(), state: stateSchema.optional() }))
        .default([]),
    })
    .prefault({}),
});

/** A runner's pod, as far as it matters to who follows it. */
export interface RunnerPod {
  /** Number of the runner, from 0. */
  readonly index: number;
  readonly name: string;
  readonly node: string | null;
  readonly isRunning: boolean;
  readonly isDeleting: boolean;
  /** Its k6 has ended. */
  readonly terminated: {
    readonly exitCode: number;
    readonly reason: string;
    readonly message: string;
  } | null;
  /** Why its k6 has not begun, in the kubelet's words. */
  readonly waiting: { readonly reason: string; readonly message: string } | null;
  /** Why no node was found for it. */
  readonly unschedulable: string | null;
  /** Why somebody ended it: Evicted, DisruptionTarget, … */
  readonly disruption: string | null;
}

export const runnerContainer = 'k6';

/** @returns null for a pod that is none of the group's runners */
export function readRunnerPod(object: unknown): RunnerPod | null {
  const parsed = podSchema.safeParse(object);
  if (!parsed.success) return null;
  const { metadata, spec, status } = parsed.data;
  const index = indexOf(metadata);
  if (index === null) return null;
  const state = status.containerStatuses.find(({ name }) => name === runnerContainer)?.state;
  return {
    index,
    name: metadata.name,
    node: spec.nodeName ?? null,
    isRunning: state?.running !== undefined,
    isDeleting: metadata.deletionTimestamp !== undefined,
    terminated: terminationOf(state, status),
    waiting:
      state?.waiting?.reason === undefined
        ? null
        : { reason: state.waiting.reason, message: state.waiting.message ?? '' },
    unschedulable: conditionOf(status.conditions, 'PodScheduled', 'False'),
    disruption: conditionOf(status.conditions, 'DisruptionTarget', 'True') ?? status.reason ?? null,
  };
}

type Pod = z.infer<typeof podSchema>;

/** Indexed Jobs number their pods from 0, k6-operator its Jobs from 1 (`<TestRun>-1`). */
function indexOf({ labels, annotations }: Pod['metadata']): number | null {
  const key = 'batch.kubernetes.io/job-completion-index';
  const completion = annotations[key] ?? labels[key];
  if (completion !== undefined) return Number(completion);
  if (labels.runner !== 'true') return null;
  const number = /-(\d+)$/.exec(labels['batch.kubernetes.io/job-name'] ?? labels['job-name'] ?? '')?.[1];
  return number === undefined ? null : Number(number) - 1;
}

/** A pod that was evicted before its container began, or whose node is gone, has a phase and no container state. */
function terminationOf(state: z.infer<typeof stateSchema> | undefined, status: Pod['status']) {
  if (state?.terminated !== undefined) {
    const { exitCode, reason, message } = state.terminated;
    return { exitCode, reason: reason ?? '', message: message ?? '' };
  }
  if (status.phase !== 'Failed') return null;
  return { exitCode: 1, reason: status.reason ?? 'Failed', message: status.message ?? '' };
}

function conditionOf(conditions: Pod['status']['conditions'], type: string, status: string): string | null {
  const found = conditions.find((each) => each.type === type && each.status === status);
  if (found === undefined) return null;
  return [found.reason, found.message].filter((text) => text !== undefined && text !== '').join(': ');
}
