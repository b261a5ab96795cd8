import type { ClusterSampleOf } from '../../contracts/cluster-sample.ts';
import { atMost, type Check, cannotJudge, type ValidityInput } from './validity-input.ts';

function samplesOf<T extends 'hpa' | 'scale' | 'pods' | 'template' | 'usage' | 'queue'>(
  { samples }: ValidityInput,
  type: T,
): ClusterSampleOf<T>[] {
  return samples.filter((sample): sample is ClusterSampleOf<T> => sample.type === type);
}

const podsPending: Check = (input) => {
  const judged = { id: 'pods-pending', unit: 's', severity: 'invalidates', limit: 30 } as const;
  const lists = samplesOf(input, 'pods');
  if (lists.length === 0) return cannotJudge(judged, 'no pods were sampled');
  let longest = { name: '', seconds: 0 };
  for (const { atSeconds, pods } of lists) {
    if (atSeconds > input.loadEndSeconds) continue;
    for (const pod of pods) {
      if (pod.node !== null || pod.deletedAtSeconds !== null || pod.phase !== 'Pending') continue;
      // What it waited before the load began is no fault of the load.
      const seconds = atSeconds - Math.max(pod.createdAtSeconds, input.loadStartSeconds);
      if (seconds > longest.seconds) longest = { name: pod.name, seconds };
    }
  }
  const seconds = Math.round(longest.seconds * 10) / 10;
  const because =
    longest.seconds === 0
      ? 'every pod was given a node at once'
      : `no pod waited longer for a node than ${longest.name}, ${seconds} s`;
  return atMost(judged, seconds, because);
};

/** A release that was still starting answers with errors that say nothing of its capacity. */
const readyAtStart: Check = (input) => {
  const judged = { id: 'ready-at-start', unit: 'replicas', severity: 'weakens', limit: 1 } as const;
  const ready = new Map<string, number>();
  for (const { atSeconds, component, readyReplicas } of samplesOf(input, 'scale')) {
    if (atSeconds <= input.loadStartSeconds) ready.set(component, readyReplicas);
  }
  ready.delete('web');
  const [fewest] = [...ready].sort(([, a], [, b]) => a - b);
  if (fewest === undefined) return cannotJudge(judged, 'no Deployment was sampled before the load');
  const [component, value] = fewest;
  const because = `${component} had ${value} Ready replicas when the load began`;
  return { ...judged, isPassed: value >= judged.limit, value, because };
};

/** An HPA on a resource sees no more than this: without fresh samples it holds still, whatever the load does. */
const metricsStale: Check = (input) => {
  const judged = { id: 'metrics-stale', unit: 's', severity: 'invalidates', limit: 60 } as const;
  const { loadStartSeconds: from, loadEndSeconds: to } = input;
  const components = [...new Set(samplesOf(input, 'scale').map(({ component }) => component))];
  const usage = samplesOf(input, 'usage');
  if (components.length === 0) return cannotJudge(judged, 'no component was sampled');
  const stretches = components
    .filter((component) => component !== 'web')
    .map((component) => {
      const fresh = newestStamps(usage.filter((sample) => sample.component === component));
      const moments = [from, ...fresh.filter((moment) => moment > from && moment < to), to];
      return { component, seconds: longestStep(moments) };
    });
  const worst = stretches.reduce((a, b) => (b.seconds > a.seconds ? b : a), { component: '', seconds: 0 });
  const seconds = Math.round(worst.seconds * 10) / 10;
  return atMost(
    judged,
    seconds,
    `the longest time without a new usage sample of a pod (${worst.component}) was ${seconds} s`,
  );
};

/** When a newer timestamp than all before could first be read. */
function newestStamps(samples: readonly ClusterSampleOf<'usage'>[]): number[] {
  let newest = Number.NEGATIVE_INFINITY;
  return samples.flatMap(({ atSeconds, pods }) => {
    const stamp = Math.max(Number.NEGATIVE_INFINITY, ...pods.map((pod) => pod.timestampAtSeconds));
    if (stamp <= newest) return [];
    newest = stamp;
    return [atSeconds];
  });
}

function longestStep(moments: readonly number[]): number {
  return Math.max(0, ...moments.slice(1).map((moment, index) => moment - (moments[index] ?? moment)));
}

const templateChanged: Check = (input) => {
  const judged = { id: 'template-changed', unit: 'changes', severity: 'invalidates', limit: 0 } as const;
  const states = samplesOf(input, 'template').map(({ atSeconds, ...template }) => ({
    atSeconds,
    key: template.component,
    state: JSON.stringify(template),
  }));
  if (states.length === 0) return cannotJudge(judged, 'no pod template was sampled');
  const changes = countChanges(states, input);
  return atMost(
    judged,
    changes,
    `image, resources or sizing variables of a pod template changed ${times(changes)}`,
  );
};

const hpaChanged: Check = (input) => {
  const judged = { id: 'hpa-changed', unit: 'changes', severity: 'invalidates', limit: 0 } as const;
  const states = samplesOf(input, 'hpa').map(({ atSeconds, name, spec }) => ({
    atSeconds,
    key: name,
    state: JSON.stringify(spec),
  }));
  const changes = countChanges(states, input);
  return atMost(judged, changes, `the spec of an HPA changed ${times(changes)}`);
};

interface State {
  readonly atSeconds: number;
  /** What it is the state of. */
  readonly key: string;
  readonly state: string;
}

/** Changes from one state to the next that fall into the load. */
function countChanges(states: readonly State[], { loadStartSeconds, loadEndSeconds }: ValidityInput): number {
  const known = new Map<string, string>();
  let changes = 0;
  for (const { atSeconds, key, state } of states) {
    const isDuringLoad = atSeconds >= loadStartSeconds && atSeconds <= loadEndSeconds;
    if (isDuringLoad && known.has(key) && known.get(key) !== state) changes += 1;
    known.set(key, state);
  }
  return changes;
}

function times(count: number): string {
  return count === 0 ? 'at no time during the load' : `${count} times during the load`;
}

const restarts: Check = (input) => {
  const judged = { id: 'restarts', unit: 'restarts', severity: 'invalidates', limit: 0 } as const;
  const lists = samplesOf(input, 'pods');
  if (lists.length === 0) return cannotJudge(judged, 'no pods were sampled');
  const first = new Map<string, number>();
  const last = new Map<string, number>();
  for (const { atSeconds, pods } of lists) {
    if (atSeconds > input.loadEndSeconds) continue;
    for (const { name, restarts: count } of pods) {
      // A pod that was there before the load brings its history along; one that came later began at none.
      if (!first.has(name)) first.set(name, atSeconds <= input.loadStartSeconds ? count : 0);
      else if (atSeconds <= input.loadStartSeconds) first.set(name, count);
      last.set(name, count);
    }
  }
  let total = 0;
  for (const [name, count] of last) total += Math.max(0, count - (first.get(name) ?? 0));
  const reasons = input.events.flatMap((event) =>
    event.type === 'event' && event.kind === 'Pod' && event.message.startsWith('container ')
      ? event.reason
      : [],
  );
  const why = reasons.length === 0 ? '' : ` (${[...new Set(reasons)].join(', ')})`;
  return atMost(judged, total, `containers were restarted ${total} times during the load${why}`);
};

/** Somebody else's work in the same Dify shows as a queue that was not empty before we began. */
const otherLoad: Check = (input) => {
  const judged = { id: 'other-load', unit: 'tasks', severity: 'weakens', limit: 1 } as const;
  const before = samplesOf(input, 'queue').filter(({ atSeconds }) => atSeconds < input.loadStartSeconds);
  if (before.length === 0) {
    return cannotJudge(
      judged,
      'no queue was sampled before the load; requests of others are not counted here',
    );
  }
  const waiting = before.map(({ queueDepth, unacked }) => queueDepth + unacked);
  const mean = waiting.reduce((sum, value) => sum + value, 0) / waiting.length;
  return atMost(
    judged,
    Math.round(mean * 100) / 100,
    `on average ${mean.toFixed(1)} tasks of others were queued before the load`,
  );
};

const clockSkew: Check = ({ clockSkewSeconds }) => {
  const judged = { id: 'clock-skew', unit: 's', severity: 'weakens', limit: 2 } as const;
  if (clockSkewSeconds === null) return cannotJudge(judged, 'the API server sent no date');
  const skew = Math.round(Math.abs(clockSkewSeconds) * 10) / 10;
  return atMost(
    judged,
    skew,
    `the clocks of the cluster and of this machine are ${skew} s apart, to half a second`,
  );
};

export const clusterChecks: readonly Check[] = [
  readyAtStart,
  podsPending,
  metricsStale,
  templateChanged,
  hpaChanged,
  restarts,
  otherLoad,
  clockSkew,
];
