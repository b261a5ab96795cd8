import { exitCodes, failure, type TuneError } from '../../errors.ts';
import { explainK6Exit } from '../explain-k6-exit.ts';
import type { RunnerRecord } from './runner-record.ts';

export interface GroupPlace {
  readonly context: string;
  readonly namespace: string;
  readonly name: string;
  readonly image: string;
  /** Whose values go into no text. */
  readonly secrets: readonly string[];
  readonly k6LogPath: string;
}

const imageReasons = ['ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull', 'ImageInspectError'];
const startReasons = [
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
  'StartError',
];

/** What keeps a group from ever being ready; null: it may still become so. */
export function explainStartFailure(runners: readonly RunnerRecord[], place: GroupPlace): TuneError | null {
  for (const runner of runners) {
    const { pod } = runner;
    const waiting = pod?.waiting;
    if (waiting != null && imageReasons.includes(waiting.reason)) return imagePull(runner, place);
    if (waiting != null && startReasons.includes(waiting.reason)) {
      return cannotStart(runner, `${waiting.reason}: ${waiting.message}`, place);
    }
    if (pod?.terminated != null && startReasons.includes(pod.terminated.reason)) {
      return cannotStart(runner, `${pod.terminated.reason}: ${pod.terminated.message}`, place);
    }
    if (runner.lostSeconds !== null) return crashed(runner, place);
  }
  return null;
}

function imagePull({ pod }: RunnerRecord, place: GroupPlace): TuneError {
  return failure('IMAGE_PULL', `the image ${place.image} cannot be pulled`, {
    why: `${pod?.waiting?.reason} at pod ${place.namespace}/${pod?.name}: ${pod?.waiting?.message || 'no reason given'}`,
    next: 'correct `load.image` of the target, push the image (docs/runners.md, "The image"), or name its credentials in `load.imagePullSecrets`',
    exitCode: exitCodes.usage,
  });
}

function cannotStart({ pod }: RunnerRecord, reason: string, place: GroupPlace): TuneError {
  return failure('RUNNER_NOT_STARTED', `the container of pod ${place.namespace}/${pod?.name} cannot start`, {
    why: reason,
    next: 'the image must hold `k6` on its PATH and name a numeric user other than root (docs/runners.md, "The image")',
    exitCode: exitCodes.usage,
  });
}

/** k6 began and ended before there was any load: the same for each runner, so the first one's words are enough. */
function crashed(runner: RunnerRecord, place: GroupPlace): TuneError {
  const lines = maskedLines(runner, place.secrets);
  const { pod } = runner;
  if (lines.some((line) => /invalid output type 'buckets'|unknown module: k6\/x\/sse/.test(line))) {
    return failure('NOT_OUR_K6', `the k6 in ${place.image} is not built from scenarios/extension`, {
      why: lines.join('\n'),
      next: 'build and push the image with scripts/k6-image (docs/runners.md, "The image") and name it under `load.image`',
      exitCode: exitCodes.usage,
    });
  }
  if (lines.some((line) => /json: unknown field/.test(line))) {
    return failure('K6_TOO_OLD', `the k6 in ${place.image} is older than this tune`, {
      why: lines.join('\n'),
      next: 'build and push the image again with scripts/k6-image (docs/runners.md, "The image")',
      exitCode: exitCodes.usage,
    });
  }
  const explained = explainK6Exit({
    exitCode: pod?.terminated?.exitCode ?? null,
    signal: 'SIGKILL',
    startError: null,
    k6Path: 'k6',
    lastLines: lines,
    logPath: place.k6LogPath,
  });
  return failure(
    'RUNNER_FAILED',
    `runner ${runner.index} (pod ${place.namespace}/${pod?.name ?? '?'}) ended before the load began: ${runner.lostBecause}`,
    {
      why: lines.join('\n') || explained?.why || 'it wrote nothing',
      next: explained?.next ?? `read ${place.k6LogPath}`,
      exitCode: explained?.exitCode ?? exitCodes.notEnoughEvidence,
    },
  );
}

export interface NotReady {
  readonly runners: readonly RunnerRecord[];
  readonly readyTimeout: string;
  /** Newest warning of the cluster about the Job or TestRun itself; null: none. */
  readonly warning: string | null;
}

/** Not all runners became ready in time. */
export function notReady({ runners, readyTimeout, warning }: NotReady, place: GroupPlace): TuneError {
  const missing = runners.filter(({ readySeconds }) => readySeconds === null);
  const reasons = [...new Set(missing.map(whyNotReady))];
  const unscheduled = missing.some(({ pod }) => pod?.unschedulable != null);
  const why = [...reasons, ...(warning === null ? [] : [warning])].join('\n');
  const who = `${missing.length} of ${runners.length} runners`;
  if (unscheduled || /exceeded quota|forbidden/.test(warning ?? '')) {
    return failure('RUNNERS_PENDING', `there is no room for ${who} in namespace ${place.namespace}`, {
      why,
      next: 'lower `load.parallelism` or `load.resources`, or make room (nodes, quota, `load.nodeSelector`)',
      exitCode: exitCodes.unreachable,
    });
  }
  return failure('RUNNERS_NOT_READY', `${who} were not ready after ${readyTimeout}`, {
    why,
    next: `look at \`kubectl --context ${place.context} -n ${place.namespace} get events\`, or raise \`load.readyTimeout\``,
    exitCode: exitCodes.unreachable,
  });
}

/** k6-operator has not ended the runners' pause. */
export function notBegun(
  runners: readonly RunnerRecord[],
  warning: string | null,
  { context, namespace, name }: GroupPlace,
): TuneError {
  return failure(
    'RUNNERS_NOT_BEGUN',
    `k6-operator did not begin the ${runners.length} runners that are ready`,
    {
      why:
        warning ??
        `its starter (Job ${namespace}/${name}-starter) has not told them to, and the cluster names no reason`,
      next: `where its image cannot be pulled, name one with curl and a shell in \`load.starterImage\`; else read the log of k6-operator, look at \`kubectl --context ${context} -n ${namespace} get events\`, or use \`runner: job\`, which has no starter`,
      exitCode: exitCodes.unreachable,
    },
  );
}

function whyNotReady({ index, pod }: RunnerRecord): string {
  if (pod === null) return 'no pod was made for them';
  if (pod.unschedulable !== null) return `no node takes ${pod.name}: ${pod.unschedulable}`;
  if (pod.waiting !== null) return `${pod.name} waits: ${pod.waiting.reason} ${pod.waiting.message}`.trim();
  if (pod.isRunning)
    return `runner ${index}: k6 runs and is not ready: it makes its VUs, or is no k6 of ours`;
  return `${pod.name} has not begun`;
}

/** Every runner was lost after the load had begun. */
export function allLost(runners: readonly RunnerRecord[], place: GroupPlace): TuneError {
  const reasons = runners.map(({ index, lostBecause }) => `runner ${index}: ${lostBecause}`);
  const [first] = runners;
  const lines = first === undefined ? [] : maskedLines(first, place.secrets);
  return failure('RUNNERS_LOST', 'every runner ended in the middle of the load', {
    why: [...reasons, ...lines].join('\n'),
    next: `read ${place.k6LogPath}; OOMKilled needs more memory in \`load.resources\``,
    exitCode: exitCodes.notEnoughEvidence,
  });
}

export function noOperator(context: string): TuneError {
  return failure('NO_K6_OPERATOR', `context "${context}" knows no TestRun (k6.io/v1alpha1)`, {
    why: '`load.runner` is k6-operator, and its CustomResourceDefinition is not there',
    next: 'install k6-operator 1.4 or newer, or use `runner: job`, which needs nothing installed',
    exitCode: exitCodes.usage,
  });
}

export function operatorTooOld(context: string): TuneError {
  return failure(
    'K6_OPERATOR_TOO_OLD',
    `the k6-operator of context "${context}" has no \`initializer.disabled\``,
    {
      why: 'its initializer would read the script without the API keys, and in a shell that the image does not have',
      next: 'update k6-operator to 1.4 or newer, or use `runner: job`',
      exitCode: exitCodes.usage,
    },
  );
}

function maskedLines({ lastLines }: RunnerRecord, secrets: readonly string[]): string[] {
  return lastLines.slice(-3).map((line) =>
    secrets
      .filter((secret) => secret !== '')
      .reduce((text, secret) => text.replaceAll(secret, '***'), line)
      .slice(0, 400),
  );
}
