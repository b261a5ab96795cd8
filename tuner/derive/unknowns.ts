import type { ComponentName } from '../contracts/component.ts';
import type { ComponentEvidence, Evidence } from '../contracts/evidence.ts';
import type { Observation } from './observation.ts';

type Unknown = Evidence['unknowns'][number];

/** What the run could not teach, why, and what would. */
export function unknownsOf(
  components: Partial<Record<ComponentName, ComponentEvidence>>,
  observation: Observation,
  routes: Evidence['routes'],
): Unknown[] {
  const passed = new Set(Object.values(routes).flat());
  const found: Unknown[] = Object.entries(components).flatMap(([name, component]) => [
    ...unlessKnown(component.idleMillicores, {
      what: `${name}: CPU per request`,
      why: `metrics.k8s.io gave ${readings(observation, name)} readings of it in windows without a change of replicas; three per class and one for idle are needed`,
      next: 'run a longer profile (--profile standard), and check that metrics-server answers: kubectl top pods',
    }),
    ...unlessKnown(component.startup.readySeconds, {
      what: `${name}: seconds from pod creation to Ready`,
      why: 'no pod of it was created during the run',
      next: 'run a profile that makes it scale, or delete one pod during the next run',
    }),
    ...unlessKnown(component.requestedMillicores, {
      what: `${name}: CPU usage ratio`,
      why: 'its pod template requests no CPU, so there is nothing to divide usage by, and a CPU HPA cannot work',
      next: `set ${name}.resources.requests.cpu in the chart's values`,
    }),
    // What no request of the load passes, no profile fills.
    ...unlessKnown(passed.has(name as ComponentName) ? component.saturationPerReplica : undefined, {
      what: `${name}: throughput of one full replica`,
      why: `no window of the run saw it full (${component.bindingBecause})`,
      next: 'run a profile with higher steps; until then its capacity is extrapolated from CPU per request and slots',
    }),
  ]);
  if (observation.queueDepth === null) {
    found.push({
      what: 'length of the workflow queue',
      why: 'no Redis is configured for the target, or it never answered',
      next: 'set targets.<name>.redis.url in tune.yaml',
    });
  }
  return found;
}

function unlessKnown(value: unknown, unknown: Unknown): Unknown[] {
  return value === null ? [unknown] : [];
}

function readings(observation: Observation, component: string): number {
  return observation.samples.usage.filter((sample) => sample.component === component).length;
}
