import { many, type Permission } from '../../cluster/permissions.ts';
import type { LoadSettings } from '../../contracts/load-settings.ts';

/** What loading from pods needs in the runners' namespace, beyond what recording does. */
export function runnerPermissions(runner: Exclude<LoadSettings['runner'], 'local'>): Permission[] {
  const roots =
    runner === 'job'
      ? many('batch', 'jobs', ['create', 'list', 'delete', 'patch'])
      : many('k6.io', 'testruns', ['create', 'list', 'delete', 'patch']);
  return [
    ...roots,
    ...many('', 'configmaps', ['create', 'list', 'delete', 'patch']),
    ...many('', 'secrets', ['create', 'delete']),
    // patch: the moment of the start reaches the runners as an annotation of their pods.
    ...many('', 'pods', ['list', 'watch', 'patch', 'delete']),
    ...many('', 'pods/log', ['get']),
    ...many('', 'events', ['list']),
  ];
}

export const neededForRunners = {
  why: 'runners are made, followed through their logs and removed again with these',
  page: 'docs/runners.md',
};
