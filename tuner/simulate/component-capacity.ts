import type { ComponentName, RequestClass } from '../contracts/component.ts';
import type { Distribution } from '../contracts/estimate.ts';
import type { ComponentEvidence, Evidence } from '../contracts/evidence.ts';
import type { ComponentModel } from './model.ts';
import type { MissingEvidence } from './model-from-evidence.ts';
import { serviceModel } from './usual-latency.ts';

export interface Capacity {
  readonly model: ComponentModel;
  readonly missing: readonly MissingEvidence[];
  readonly assumptions: readonly string[];
}

/**
 * What one replica of a component can do, and how long it takes to come and go.
 *
 * @param served classes whose requests pass through the component
 */
export function componentCapacity(
  evidence: Evidence,
  name: ComponentName,
  component: ComponentEvidence,
  served: readonly RequestClass[],
): Capacity {
  const assumptions: string[] = [];
  const missing = served.flatMap((requestClass) => missingService(name, component, requestClass));
  const ceiling = ceilingMillicores(name, component, assumptions);
  const processes = Math.max(1, Math.round(ceiling / millicoresPerProcess));
  const grace = component.terminationGracePeriodSeconds;
  const services = served.flatMap((requestClass) => component.serviceSeconds[requestClass] ?? []);
  const startup = startupOf(evidence, name, component, assumptions);
  const model: ComponentModel = {
    name,
    processes,
    processMillicores: millicoresForRequests(ceiling, component) / processes,
    requestedMillicores: component.requestedMillicores,
    requestedMemoryBytes: component.requestedMemoryBytes,
    idleMillicores: component.idleMillicores?.value ?? 0,
    memoryBytes: component.memoryBytesPerReplica?.mean ?? 0,
    // Node takes any number of connections.
    slotsPerReplica:
      name === 'web' ? Number.POSITIVE_INFINITY : slotsPerReplica(name, component, assumptions),
    cpuMilliseconds: perClass(served, (key) => cpuMilliseconds(name, component, key, assumptions)),
    // What is relayed spends its CPU here as it is accepted and as its events pass.
    cpuRatioBeforeFirstToken: perClass(served, (key) =>
      isRelayedBy(evidence, name, key) ? undefined : ratioBefore(name, component, key, assumptions),
    ),
    cpuRatioBeforeStart: perClass(served, (key) => component.cpuRatioBeforeStart?.[key]?.value),
    service: perClass(served, (key) => {
      const seconds = component.serviceSeconds[key];
      return seconds === undefined ? undefined : serviceModel(seconds, grace);
    }),
    ...startup,
    terminationGraceSeconds: grace,
    drainSeconds: Math.min(grace, Math.max(1, ...services.map(({ p95 }) => p95))),
    postgresConnections: evidence.sharedLimits.postgresConnectionsPerReplica[name] ?? 0,
  };
  return { model, missing, assumptions };
}

const millicoresPerProcess = 1000;
/** However much a pod seems to do without requests, it serves some. */
const leastServingRatio = 0.5;

/** What a replica does without any request is part of the usage that its limit ends. */
function millicoresForRequests(ceiling: number, { idleMillicores }: ComponentEvidence): number {
  return Math.max(leastServingRatio * ceiling, ceiling - (idleMillicores?.value ?? 0));
}

function perClass<T>(
  classes: readonly RequestClass[],
  value: (requestClass: RequestClass) => T | undefined,
): Partial<Record<RequestClass, T>> {
  const found: Partial<Record<RequestClass, T>> = {};
  for (const requestClass of classes) {
    const one = value(requestClass);
    if (one !== undefined) found[requestClass] = one;
  }
  return found;
}

function missingService(
  name: ComponentName,
  component: ComponentEvidence,
  requestClass: RequestClass,
): MissingEvidence[] {
  const bindsBySlots = component.binding === 'connectionSlots' || component.binding === 'workerSlots';
  const path = `components.${name}`;
  const missing: MissingEvidence[] = [];
  if (component.serviceSeconds[requestClass] === undefined) {
    missing.push({
      component: name,
      reason: `how long a ${requestClass} request holds a slot of ${name} is unknown, so its capacity is`,
      path: `${path}.serviceSeconds.${requestClass}`,
    });
  }
  if (bindsBySlots && component.slotsPerReplica === null && component.declaredSlotsPerReplica === null) {
    missing.push({
      component: name,
      reason: `slots bind ${name}, and how many one replica has was neither declared nor measured`,
      path: `${path}.slotsPerReplica`,
    });
  }
  return missing;
}

/** One core for a process: neither Python's gevent nor Node gets past it. */
function ceilingMillicores(name: ComponentName, component: ComponentEvidence, assumptions: string[]): number {
  const known = component.ceilingMillicores ?? component.limitMillicores;
  if (known !== null && known > 0) return known;
  assumptions.push(`${name}: no CPU limit is set; one core per replica (one process) was assumed.`);
  return millicoresPerProcess;
}

/** A measured count this near the declared one is the declared one. */
const sameSlotsRatio = 0.25;

function slotsPerReplica(name: ComponentName, component: ComponentEvidence, assumptions: string[]): number {
  const declared = component.declaredSlotsPerReplica;
  const measured = component.slotsPerReplica?.value ?? null;
  if (declared !== null && (measured === null || Math.abs(measured / declared - 1) <= sameSlotsRatio)) {
    return declared;
  }
  if (measured !== null) {
    if (declared !== null) {
      assumptions.push(
        `${name}: a full replica served ${measured.toFixed(1)} requests at once where ${declared} slots are declared; the measured number was used.`,
      );
    }
    return Math.max(1, measured);
  }
  assumptions.push(`${name}: slots per replica are unknown; CPU alone limits it in the simulation.`);
  return Number.POSITIVE_INFINITY;
}

function cpuMilliseconds(
  name: ComponentName,
  component: ComponentEvidence,
  requestClass: RequestClass,
  assumptions: string[],
): number {
  const known = component.cpuMillisecondsPerRequest[requestClass];
  if (known !== undefined) return known.value;
  assumptions.push(
    `${name}: CPU per ${requestClass} request is unknown; none was simulated, so its CPU never binds.`,
  );
  return 0;
}

function isRelayedBy({ routes }: Evidence, name: ComponentName, requestClass: RequestClass): boolean {
  const route = routes[requestClass] ?? [];
  return route.length > 1 && route[0] === name;
}

/** @returns undefined where the evidence is older than the question */
function ratioBefore(
  name: ComponentName,
  component: ComponentEvidence,
  requestClass: RequestClass,
  assumptions: string[],
): number | undefined {
  const ratio = component.cpuRatioBeforeFirstToken?.[requestClass];
  if (ratio?.isAssumed === true) {
    const percent = (value: number) => (100 * value).toFixed(0);
    // Not begun with the component: it decides how latencies grow, and makes no setting of it uncertain.
    assumptions.push(
      `${percent(ratio.value)} % of a ${requestClass} request's CPU in ${name} was assumed to come before its first token (${percent(ratio.low)} to ${percent(ratio.high)} %).`,
    );
  }
  return ratio?.value;
}

/** Start-up of API and worker measured on Dify 1.12.1: 15–41 s. */
const usualReadySeconds = [15, 28, 41];

function startupOf(
  evidence: Evidence,
  name: ComponentName,
  component: ComponentEvidence,
  assumptions: string[],
): Pick<ComponentModel, 'startedSeconds' | 'readySeconds'> {
  const own = component.startup.readySeconds;
  const sibling = Object.values(evidence.components).find(({ startup }) => startup.readySeconds !== null);
  const ready = own ?? sibling?.startup.readySeconds ?? null;
  if (own === null) {
    assumptions.push(
      ready === null
        ? `${name}: no pod was seen starting; ${usualReadySeconds.join('–')} s to Ready was assumed.`
        : `${name}: no pod was seen starting; that of the other component, median ${ready.p50.toFixed(0)} s to Ready, was assumed.`,
    );
  }
  const started = component.startup.startedSeconds ?? sibling?.startup.startedSeconds ?? null;
  return {
    readySeconds: ready === null ? usualReadySeconds : quantilesOf(ready),
    startedSeconds: started === null ? [1, 1, 2] : quantilesOf(started),
  };
}

/** Twenty steps of 5 % through the quantiles known, linear in between. */
export function quantilesOf(spread: Distribution): number[] {
  const known = [
    [0, spread.min],
    [0.05, spread.p05],
    [0.5, spread.p50],
    [0.95, spread.p95],
    [1, spread.max],
  ] as const;
  return Array.from({ length: 21 }, (_, step) => {
    const share = step / 20;
    const above = known.findIndex(([at]) => at >= share - 1e-9);
    const [highShare, high] = known[above] ?? known[4];
    const [lowShare, low] = known[Math.max(0, above - 1)] ?? known[0];
    return highShare === lowShare ? high : low + ((share - lowShare) / (highShare - lowShare)) * (high - low);
  });
}
