import { exitCodes, TuneError } from '../../tuner/errors.ts';
import { podsNotReadyForLoad } from './cluster-state.ts';
import { KubeApi, readKubeconfig } from './kube-api.ts';
import { reasonOfEnd, sandboxEnded } from './sandbox-ended.ts';
import { sandboxPaths } from './sandbox-paths.ts';
import { isSupervised, readRecord } from './sandbox-record.ts';
import { waitUntil } from './wait-until.ts';

export interface ReadyForLoadOptions {
  readonly signal?: AbortSignal;
  /** Seconds; what a slow world's start-up and the first metrics take, with room. */
  readonly timeoutSeconds?: number;
  /** Told whenever it changes: `3 pods starting`, `2 pods without metrics`. */
  readonly onWaiting?: (what: string) => void;
}

/**
 * Waits until every pod of the release is Ready and metrics.k8s.io has a value for each, so that an HPA decides
 * on what it sees and not on what is missing.
 *
 * @returns seconds it took
 * @throws TuneError NOT_READY_FOR_LOAD naming the pods, SANDBOX_ENDED when it is gone (both exit 3)
 */
export async function waitUntilReadyForLoad(
  folder: string,
  options: ReadyForLoadOptions = {},
): Promise<number> {
  const api = new KubeApi(readKubeconfig(sandboxPaths(folder).kubeconfig));
  const startedAtMs = Date.now();
  const timeoutSeconds = options.timeoutSeconds ?? 300;
  let waitingFor = 'the first answer of metrics.k8s.io';
  try {
    await waitUntil(
      async () => {
        await throwIfEnded(folder);
        const { starting, unmeasured } = await podsNotReadyForLoad(api, options.signal);
        if (starting.length + unmeasured.length === 0) return true;
        const now = describeWaiting(starting, unmeasured);
        if (now !== waitingFor) options.onWaiting?.(now);
        waitingFor = now;
        return false;
      },
      {
        timeoutMs: timeoutSeconds * 1000,
        everyMs: 500,
        signal: options.signal ?? new AbortController().signal,
        onTimeout: (cause) => notReadyForLoad(folder, timeoutSeconds, waitingFor, cause),
      },
    );
    return (Date.now() - startedAtMs) / 1000;
  } finally {
    api.close();
  }
}

async function throwIfEnded(folder: string): Promise<void> {
  const record = readRecord(folder);
  if (record !== null && isSupervised(record)) return;
  throw sandboxEnded(folder, record === null ? null : await reasonOfEnd(folder, record));
}

/** @example describeWaiting(['a', 'b'], ['a']) // '2 pods starting: a, b' */
export function describeWaiting(starting: readonly string[], unmeasured: readonly string[]): string {
  const [names, what] = starting.length > 0 ? [starting, 'starting'] : [unmeasured, 'without metrics'];
  return `${names.length} ${names.length === 1 ? 'pod' : 'pods'} ${what}: ${names.join(', ')}`;
}

function notReadyForLoad(folder: string, seconds: number, waitingFor: string, cause: unknown): TuneError {
  return new TuneError({
    code: 'NOT_READY_FOR_LOAD',
    message: `the sandbox was not ready for load within ${seconds} s; it waits for ${waitingFor}`,
    why: cause instanceof Error ? cause.message : 'a pod is Ready late or kwok reports no usage for it',
    next: `look at the logs in ${sandboxPaths(folder).logs} and ${sandboxPaths(folder).kwokCluster}/logs`,
    exitCode: exitCodes.unreachable,
    cause,
  });
}
