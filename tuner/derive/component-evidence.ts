import { mean } from 'simple-statistics';
import type { ComponentName, RequestClass, TrafficClass } from '../contracts/component.ts';
import type { Binding, ComponentEvidence, LoadStep } from '../contracts/evidence.ts';
import { capacityWindows } from './capacity-windows.ts';
import { cpuRatioBeforeFirstToken, cpuRatioBeforeStart } from './cpu-before-first-token.ts';
import { type CpuCost, fitCpuCost } from './cpu-cost.ts';
import type { Stretch } from './load-steps.ts';
import { classRates, meanOf, type Observation } from './observation.ts';
import { type Container, ceilingMillicores, declaredSlots, servingContainer } from './pod-template.ts';
import { capacityNotAsked, type ReplicaCapacity, replicaCapacity } from './replica-capacity.ts';
import { serviceSeconds } from './service-seconds.ts';
import { spread, startupSeconds } from './startup-seconds.ts';
import { workDone } from './work-done.ts';

/** Windows short enough to lie between two scalings, long enough to hold some requests. */
const windowSeconds = 10;

/**
 * All that the run teaches about one component.
 *
 * @param classes request classes that the component takes part in
 * @returns null when its pod template was never seen
 */
export function componentEvidence(
  observation: Observation,
  component: ComponentName,
  classes: readonly RequestClass[],
  stretches: readonly Stretch[],
): ComponentEvidence | null {
  const { samples } = observation;
  const template = samples.template.findLast((sample) => sample.component === component);
  const container = template && servingContainer(template);
  const scale = samples.scale.find((sample) => sample.component === component);
  if (!template || !container || !scale) return null;
  const hpa = samples.hpa.find((sample) => sample.component === component);
  const part: Part = { observation, component, classes, stretches, container };
  const service = serviceOf(part);
  const capacity = capacityOf(part, service);
  const ratios = ratiosOf(part, capacity.binding);
  const cost = costOf(part, ratios);
  return {
    deployment: scale.deployment,
    container: container.name,
    hpaSpec: hpa?.spec ?? null,
    hpaName: hpa?.name ?? null,
    specReplicas: scale.specReplicas,
    requestedMillicores: container.requestedMillicores,
    limitMillicores: container.limitMillicores,
    ceilingMillicores: ceilingMillicores(component, container),
    requestedMemoryBytes: container.requestedMemoryBytes,
    limitMemoryBytes: container.limitMemoryBytes,
    terminationGracePeriodSeconds: template.terminationGracePeriodSeconds,
    declaredSlotsPerReplica: declaredSlots(component, container),
    idleMillicores: cost?.idleMillicores ?? null,
    usageLagSeconds: cost?.usageLagSeconds ?? null,
    cpuMillisecondsPerRequest: cost?.perRequest ?? {},
    cpuRatioBeforeFirstToken: cost === null ? {} : ratios,
    cpuRatioBeforeStart: cost === null || component !== 'worker' ? {} : startRatios(ratios),
    serviceSeconds: service,
    ...capacity,
    memoryBytesPerReplica: spread(memoryReadings(observation, component)),
    startup: startupSeconds(samples.pods, component),
    steps: stretches.map((stretch) => loadStep(observation, component, classes, stretch)),
  };
}

/** One component's part in the run. */
interface Part {
  readonly observation: Observation;
  readonly component: ComponentName;
  /** That it takes part in. */
  readonly classes: readonly RequestClass[];
  readonly stretches: readonly Stretch[];
  readonly container: Container;
}

function serviceOf({
  observation,
  component,
  classes,
  stretches,
}: Part): ComponentEvidence['serviceSeconds'] {
  return Object.fromEntries(
    classes.flatMap((name) => {
      const held = serviceSeconds(observation, component, name, stretches);
      return held === null ? [] : [[name, held]];
    }),
  );
}

function capacityOf(
  { observation, component, classes, stretches, container }: Part,
  service: ComponentEvidence['serviceSeconds'],
): ReplicaCapacity {
  if (classes.length === 0) return capacityNotAsked;
  const slots = declaredSlots(component, container);
  const windows = capacityWindows(observation, component, {
    classes,
    service,
    load: { fromSeconds: stretches[0]?.fromSeconds ?? 0, toSeconds: stretches.at(-1)?.toSeconds ?? 0 },
    seconds: windowSeconds,
    declaredSlots: slots,
  });
  return replicaCapacity(windows, {
    component,
    ceilingMillicores: ceilingMillicores(component, container),
    declaredSlots: slots,
  });
}

type Ratios = NonNullable<ComponentEvidence['cpuRatioBeforeFirstToken']>;

function ratiosOf({ observation, component, classes, stretches }: Part, binding: Binding): Ratios {
  return Object.fromEntries(
    classes.map((name) => [
      name,
      cpuRatioBeforeFirstToken(observation, name, {
        component,
        binding,
        stretches,
        isRelayed:
          component === 'api' && observation.load.find('queue_wait_ms', { scenario: name }).length > 0,
      }),
    ]),
  );
}

function costOf({ observation, component, classes, container }: Part, ratios: Ratios): CpuCost | null {
  // Documents pass API and worker; web serves pages alone, which the load does not open.
  const working: TrafficClass[] = component === 'web' ? [] : [...classes, 'indexing'];
  const works = working.map((name) =>
    workDone(observation, name, {
      component,
      slotsPerReplica: declaredSlots(component, container),
      ratioBefore: (name === 'indexing' ? null : ratios[name]?.value) ?? 0.5,
    }),
  );
  return fitCpuCost(observation, component, works);
}

function startRatios(ratios: NonNullable<ComponentEvidence['cpuRatioBeforeFirstToken']>) {
  return Object.fromEntries(
    Object.entries(ratios).map(([name, before]) => [name, cpuRatioBeforeStart(before)]),
  ) as NonNullable<ComponentEvidence['cpuRatioBeforeStart']>;
}

function memoryReadings(observation: Observation, component: ComponentName): number[] {
  return observation.samples.usage
    .filter((sample) => sample.component === component)
    .flatMap(({ pods }) => pods)
    .map(memoryBytesOf);
}

function memoryBytesOf({ containers }: Observation['samples']['usage'][number]['pods'][number]): number {
  return Object.values(containers).reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
}

function loadStep(
  observation: Observation,
  component: ComponentName,
  classes: readonly RequestClass[],
  stretch: Stretch,
): LoadStep {
  const { load } = observation;
  const range = { from: Math.round(stretch.fromSeconds), to: Math.round(stretch.toSeconds) };
  const rates = classes.map((name) => classRates(load, name, range));
  const finished = rates.reduce((sum, rate) => sum + rate.finished, 0);
  const failed = rates.reduce((sum, rate) => sum + rate.failed, 0);
  const ready = observation.ready.get(component)?.mean(range.from, range.to) ?? null;
  const inFlight = classes.reduce(
    (sum, name) => sum + meanOf(observation.inFlight.get(name) ?? new Float64Array(), range),
    0,
  );
  const isWithin = (from: number, to: number) => to <= range.to && from >= range.from - (to - from) / 2;
  const usage = (observation.serving.get(component) ?? [])
    .filter((window) => isWithin(window.range.from, window.range.to))
    .map(({ millicoresPerReplica }) => millicoresPerReplica);
  const memory = observation.samples.usage
    .filter((sample) => sample.component === component)
    .flatMap(({ pods }) => pods)
    .filter(({ timestampAtSeconds: to, windowSeconds: window }) => isWithin(to - window, to))
    .map(memoryBytesOf);
  const first = load.histogram('time_to_first_token_ms', range, { outcome: 'ok' });
  return {
    fromSeconds: stretch.fromSeconds,
    toSeconds: stretch.toSeconds,
    arrivalsPerSecond: rates.reduce((sum, rate) => sum + rate.started, 0),
    completionsPerSecond: finished - failed,
    readyReplicas: ready ?? 0,
    cpuMillicoresPerReplica: usage.length === 0 ? null : mean(usage),
    memoryBytesPerReplica: memory.length === 0 ? null : mean(memory),
    inFlightPerReplica: ready ? inFlight / ready : null,
    queueDepth: component === 'worker' ? (observation.queueDepth?.mean(range.from, range.to) ?? null) : null,
    timeToFirstTokenP95Ms: first.quantile(0.95),
    queueWaitP95Ms: load.histogram('queue_wait_ms', range, { outcome: 'ok' }).quantile(0.95),
    errorRatio: finished === 0 ? 0 : failed / finished,
  };
}
