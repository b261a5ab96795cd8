import type { ApiClient } from '../../cluster/api-client.ts';
import { ApiError } from '../../cluster/api-error.ts';
import type { RunClock } from '../../journal/run-clock.ts';
import type { FollowedGroup } from './follow-group.ts';
import { aliveUntilAnnotation, startAtAnnotation } from './manifests.ts';
import { apiPaths } from './paths.ts';
import { clockCorrectionSeconds, isOver, type RunnerRecord } from './runner-record.ts';

export interface StartOptions {
  readonly api: Pick<ApiClient, 'patch'>;
  readonly namespace: string;
  readonly group: FollowedGroup;
  readonly clock: RunClock;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
  /** How far ahead the start is set, each time further; default 6 s, then 45 s. */
  readonly marginsSeconds?: readonly number[];
}

/** A kubelet writes a changed annotation into its pod within a second or so, or with its next look at it, a minute later. */
const usualMargins = [6, 45];
/** A runner that has not heard of the start by then will hardly do so in time. */
const decisionSeconds = 3;

/**
 * Begins the load of all runners at one moment: it is written into an annotation of each pod, far enough ahead, and
 * each runner says in its log that it has read it. While one has not, the moment is put off.
 *
 * @returns the moment, in seconds since run start
 */
export async function startByGate(options: StartOptions): Promise<number> {
  const { clock, signal, say, marginsSeconds = usualMargins } = options;
  let startSeconds = 0;
  for (const margin of marginsSeconds) {
    say(`the load begins in ${margin} s`);
    startSeconds = clock.nowSeconds() + margin;
    const told = await announceStart(options, startSeconds);
    const decideSeconds = startSeconds - Math.min(decisionSeconds, margin / 3);
    if (await allArmed(options, told, decideSeconds)) return startSeconds;
    signal.throwIfAborted();
  }
  return startSeconds;
}

/** @returns what each runner was told */
async function announceStart(
  options: StartOptions,
  startSeconds: number,
): Promise<ReadonlyMap<RunnerRecord, string>> {
  const { group, clock } = options;
  const told = new Map(
    living(group).map((runner) => [runner, startTextFor(runner, clock, startSeconds)] as const),
  );
  await Promise.all(
    [...told].map(([runner, text]) => annotate(options, runner, { [startAtAnnotation]: text }, 3)),
  );
  return told;
}

/** The moment as the runner's own clock shows it. */
function startTextFor(runner: RunnerRecord, clock: RunClock, startSeconds: number): string {
  const ms = clock.startAt.getTime() + (startSeconds - clockCorrectionSeconds(runner)) * 1000;
  return new Date(Math.round(ms)).toISOString();
}

async function allArmed(
  { group, clock, signal }: StartOptions,
  told: ReadonlyMap<RunnerRecord, string>,
  untilSeconds: number,
): Promise<boolean> {
  for (;;) {
    if (living(group).every((runner) => runner.armedAt === told.get(runner))) return true;
    const left = untilSeconds - clock.nowSeconds();
    if (left <= 0 || signal.aborted) return false;
    await group.changed(Math.min(left * 1000, 500), signal);
  }
}

/** Tells the runners that somebody follows them, until a moment; a runner that cannot be told ends by itself. */
export async function keepRunnersAlive(
  options: Pick<StartOptions, 'api' | 'namespace' | 'group' | 'signal'>,
  until: string,
): Promise<void> {
  await Promise.all(
    living(options.group).map((runner) =>
      annotate(options, runner, { [aliveUntilAnnotation]: until }, 1).catch(() => undefined),
    ),
  );
}

function living({ runners }: FollowedGroup): RunnerRecord[] {
  return runners.filter((runner) => !isOver(runner) && runner.pod !== null);
}

async function annotate(
  { api, namespace, signal }: Pick<StartOptions, 'api' | 'namespace' | 'signal'>,
  { pod }: RunnerRecord,
  annotations: Readonly<Record<string, string>>,
  attempts: number,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await api.patch(`${apiPaths.pods(namespace)}/${pod?.name}`, { metadata: { annotations } }, { signal });
      return;
    } catch (thrown) {
      // A pod that is gone is a lost runner, and its followers see that.
      if (thrown instanceof ApiError && thrown.status === 404) return;
      if (attempt >= attempts) throw thrown;
    }
  }
}
