import type { ApiClient } from '../../cluster/api-client.ts';
import type { FollowedGroup } from './follow-group.ts';
import { apiPaths } from './paths.ts';
import { isOver } from './runner-record.ts';

export interface StopOptions {
  readonly api: Pick<ApiClient, 'delete'>;
  readonly namespace: string;
  readonly group: FollowedGroup;
  /** How long the last lines of the logs are waited for; default 4,000. */
  readonly patienceMs?: number;
}

/** A Ctrl-C for k6: SIGTERM at once, SIGKILL after this. */
const graceSeconds = 2;

/** Ends runners in the middle of the load, and reads what they still had to say. */
export async function stopRunners({ api, namespace, group, patienceMs = 4_000 }: StopOptions): Promise<void> {
  const running = group.runners.filter((runner) => runner.pod !== null && !isOver(runner));
  for (const runner of running) runner.isStopping = true;
  await Promise.all(
    running.map(({ pod }) =>
      api
        .delete(
          `${apiPaths.pods(namespace)}/${pod?.name}`,
          { timeoutMs: 5_000 },
          { gracePeriodSeconds: graceSeconds },
        )
        // The Job is deleted next, and takes its pods along.
        .catch(() => undefined),
    ),
  );
  const until = performance.now() + patienceMs;
  while (running.some((runner) => !isOver(runner)) && performance.now() < until) await group.changed(100);
}
