import { compileHpa } from '../../hpa/compile-hpa.ts';
import { defaultControllerFlags } from '../../hpa/controller-flags.ts';
import { parseHpaSpec } from '../../hpa/parse-hpa-spec.ts';
import { reconcile } from '../../hpa/reconcile.ts';
import { createHpaState } from '../../hpa/state.ts';
import type { HpaPod, MetricAnswer, PodSample } from '../../hpa/types.ts';
import type { EventQueue } from './event-queue.ts';
import type { ReferenceCase, ReferenceScaling } from './reference-case.ts';
import { busySecondsOf, type PodSet, type ReferencePod } from './reference-pods.ts';

interface Observed {
  readonly api: PodSet;
  readonly workers: PodSet;
  readonly web: PodSet | null;
  readonly queued: () => number;
}

const syncSeconds = 15;

/** The HPA over the list of pods, fed by a metrics-server that scrapes each pod's CPU. */
export function startScaling(
  events: EventQueue,
  scaling: ReferenceScaling,
  given: ReferenceCase,
  observed: Observed,
): void {
  const { pods, shape } = scaled(scaling.component, given, observed);
  const hpa = compileHpa(parseHpaSpec(scaling.spec, 'spec'), {
    kubernetesVersion: '1.37.2',
    flags: defaultControllerFlags,
  });
  const state = createHpaState();
  const readable = startScraping(events, scaling, pods);
  let replicas = shape.replicas;
  const sync = () => {
    events.add(events.now() + syncSeconds, sync);
    const answer: MetricAnswer =
      scaling.component === 'worker' ? { values: [observed.queued() * 1000] } : { pods: readable() };
    const decision = reconcile(hpa, state, {
      atMs: Math.round(events.now() * 1000),
      specReplicas: replicas,
      statusReplicas: replicas,
      pods: pods.all
        .filter(({ busyAtRemoval }) => busyAtRemoval === null)
        .map((pod) => hpaPod(pod, shape.requestedMillicores)),
      metrics: [answer],
    });
    replicas = decision.scaledTo ?? replicas;
    pods.grow(replicas);
    pods.shrink(replicas);
  };
  events.add(scaling.firstSyncAt, sync);
}

function scaled(component: ReferenceScaling['component'], given: ReferenceCase, observed: Observed) {
  if (component === 'worker') return { pods: observed.workers, shape: given.worker };
  if (component === 'web' && observed.web !== null && given.web !== null) {
    return { pods: observed.web, shape: given.web.pods };
  }
  return { pods: observed.api, shape: given.api };
}

function hpaPod(pod: ReferencePod, requestedMillicores: number): HpaPod {
  return {
    name: pod.name,
    phase: 'Running',
    ready: pod.readyAt !== null,
    readyTransitionMs: Math.round((pod.readyAt ?? pod.createdAt) * 1000),
    startTimeMs: Math.round(pod.createdAt * 1000),
    deleted: false,
    requests: { main: { cpu: requestedMillicores } },
  };
}

/** @returns reads the samples that are published by now */
function startScraping(
  events: EventQueue,
  { scrapeSeconds, lagSeconds, firstScrapeAt }: ReferenceScaling,
  pods: PodSet,
) {
  const before = new Map<string, { at: number; busy: number }>();
  let published: Record<string, PodSample> = {};
  const scrape = () => {
    events.add(events.now() + scrapeSeconds, scrape);
    const at = events.now();
    const taken: Record<string, PodSample> = {};
    for (const pod of pods.all) {
      if (pod.busyAtRemoval !== null) continue;
      const busy = busySecondsOf(pod);
      const last = before.get(pod.name);
      before.set(pod.name, { at, busy });
      if (last === undefined) continue;
      taken[pod.name] = {
        value: Math.round(((busy - last.busy) / (at - last.at)) * 1000),
        atMs: Math.round(at * 1000),
        windowMs: scrapeSeconds * 1000,
      };
    }
    events.add(at + lagSeconds, () => {
      published = taken;
    });
  };
  events.add(firstScrapeAt, scrape);
  return () => published;
}
