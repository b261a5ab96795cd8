import { median } from 'simple-statistics';
import type { ComponentName } from '../contracts/component.ts';
import type { Estimate } from '../contracts/estimate.ts';
import type { Binding } from '../contracts/evidence.ts';
import { seededRandom } from '../stats/seeded-random.ts';
import type { CapacityWindow } from './capacity-windows.ts';

export interface ReplicaCapacity {
  readonly slotsPerReplica: Estimate | null;
  readonly saturationPerReplica: Estimate | null;
  readonly binding: Binding;
  readonly bindingBecause: string;
}

export interface CapacityFacts {
  readonly component: ComponentName;
  /** CPU at which a replica can do no more: its limit, or what its processes can use. */
  readonly ceilingMillicores: number | null;
  readonly declaredSlots: number | null;
}

/** Mean over a window: short bursts at the ceiling still leave troughs. */
const fullCpuRatio = 0.85;
/** Below this share of its CPU a replica is not held up by it, however few of its slots are taken. */
const leastCpuRatio = 0.6;
const fewestWindows = 3;

/**
 * What ends one replica's throughput, from the windows in which it was full: requests waited, or its CPU was at
 * the ceiling.
 *
 * Of CPU and slots the one that was used up further binds; without declared slots, CPU does from 85 % on.
 *
 * @returns binding `none` where fewer than three windows were full: the range tried holds no limit
 */
export function replicaCapacity(windows: readonly CapacityWindow[], facts: CapacityFacts): ReplicaCapacity {
  const full = windows.filter((window) => window.isSaturated || isCpuFull(window, facts));
  if (full.length < fewestWindows) return unsaturated(windows, full.length, facts);
  const served = bootstrapMedian(
    full.map(({ servedPerReplica }) => servedPerReplica),
    "Little's law: in flight less arrivals × excess wait; median over full windows, bootstrap, 1,000 resamples, seeded",
  );
  const cpuRatio = usageRatio(full, facts.ceilingMillicores);
  const isCpu = cpuRatio !== null && isBoundByCpu(cpuRatio, served.value, facts.declaredSlots);
  const slots: Binding = facts.component === 'worker' ? 'workerSlots' : 'connectionSlots';
  return {
    binding: isCpu ? 'cpu' : slots,
    bindingBecause: `in ${full.length} windows of 10 s a replica was full: it served ${slotsText(served.value, facts)} and its CPU was at ${cpuText(cpuRatio, facts)}`,
    slotsPerReplica: isCpu ? null : served,
    saturationPerReplica: throughput(windows),
  };
}

/** Of a component that no request of the load passes: web, or workers where no class is queued. */
export const capacityNotAsked: ReplicaCapacity = {
  binding: 'none',
  bindingBecause: 'no chat or workflow request of the load passes it',
  slotsPerReplica: null,
  saturationPerReplica: null,
};

function isCpuFull(
  { cpuMillicoresPerReplica }: CapacityWindow,
  { ceilingMillicores }: CapacityFacts,
): boolean {
  if (cpuMillicoresPerReplica === null || ceilingMillicores === null) return false;
  return cpuMillicoresPerReplica >= fullCpuRatio * ceilingMillicores;
}

function isBoundByCpu(cpuRatio: number, served: number, declaredSlots: number | null): boolean {
  if (cpuRatio >= fullCpuRatio) return true;
  return declaredSlots !== null && cpuRatio >= leastCpuRatio && cpuRatio > served / declaredSlots;
}

/** Only windows in which requests waited show all that a replica can do. */
function throughput(windows: readonly CapacityWindow[]): Estimate | null {
  const saturated = windows.filter(({ isSaturated }) => isSaturated);
  if (saturated.length < fewestWindows) return null;
  return bootstrapMedian(
    saturated.map(({ completionsPerSecond, replicas }) => completionsPerSecond / replicas),
    'completions per replica, median over saturated windows, bootstrap, 1,000 resamples, seeded',
  );
}

function slotsText(served: number, { declaredSlots }: CapacityFacts): string {
  return `${served.toFixed(1)} requests at once${declaredSlots === null ? '' : ` of ${declaredSlots} slots`}`;
}

function cpuText(ratio: number | null, { ceilingMillicores }: CapacityFacts): string {
  return ratio === null
    ? 'an unknown share'
    : `${percent(ratio)} of the ${ceilingMillicores} millicores it can use`;
}

function unsaturated(
  windows: readonly CapacityWindow[],
  saturated: number,
  facts: CapacityFacts,
): ReplicaCapacity {
  const most = Math.max(0, ...windows.map(({ inFlightPerReplica }) => inFlightPerReplica));
  const cpu = usageRatio(windows, facts.ceilingMillicores, Math.max);
  const slots = facts.declaredSlots === null ? '' : ` of ${facts.declaredSlots} slots`;
  const used = cpu === null ? '' : ` and ${percent(cpu)} of the CPU it can use`;
  return {
    binding: 'none',
    bindingBecause: `a replica was full in ${saturated} of ${windows.length} windows of 10 s; at most ${most.toFixed(1)} requests per replica${slots}${used} were in use`,
    slotsPerReplica: null,
    saturationPerReplica: null,
  };
}

function usageRatio(
  windows: readonly CapacityWindow[],
  ceiling: number | null,
  combine: (...values: number[]) => number = (...values) => median(values),
): number | null {
  const used = windows.flatMap(({ cpuMillicoresPerReplica }) => cpuMillicoresPerReplica ?? []);
  return ceiling === null || used.length === 0 ? null : combine(...used) / ceiling;
}

function bootstrapMedian(values: readonly number[], method: string): Estimate {
  const random = seededRandom(values.length);
  const medians = Array.from({ length: 1000 }, () =>
    median(values.map(() => values[Math.floor(random() * values.length)] ?? 0)),
  ).sort((a, b) => a - b);
  return {
    value: median(values),
    low: medians[25] ?? 0,
    high: medians[974] ?? 0,
    confidenceLevel: 0.95,
    method,
    sampleCount: values.length,
  };
}

function percent(ratio: number): string {
  return `${Math.round(ratio * 100)} %`;
}
