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
const cpuBoundRatio = 0.85;
const fewestWindows = 3;

/**
 * What ends one replica's throughput, from the windows in which requests waited.
 *
 * Full and at its CPU ceiling: bound by CPU. Full with CPU to spare: bound by the slots that hold its requests.
 *
 * @returns binding `none` where no window was saturated: the range tried holds no limit
 */
export function replicaCapacity(windows: readonly CapacityWindow[], facts: CapacityFacts): ReplicaCapacity {
  const saturated = windows.filter(({ isSaturated }) => isSaturated);
  if (saturated.length < fewestWindows) return unsaturated(windows, saturated.length, facts);
  const throughput = bootstrapMedian(
    saturated.map(({ completionsPerSecond, replicas }) => completionsPerSecond / replicas),
    'median over saturated windows, bootstrap, 1,000 resamples, seeded',
  );
  const served = bootstrapMedian(
    saturated.map(({ servedPerReplica }) => servedPerReplica),
    "Little's law: in flight less arrivals × excess wait; median over saturated windows, bootstrap, 1,000 resamples, seeded",
  );
  const cpuRatio = usageRatio(saturated, facts.ceilingMillicores);
  const slots: Binding = facts.component === 'worker' ? 'workerSlots' : 'connectionSlots';
  const cpuText =
    cpuRatio === null
      ? 'its CPU ceiling is unknown'
      : `its CPU was at ${percent(cpuRatio)} of the ${facts.ceilingMillicores} millicores it can use`;
  const servedText = `${served.value.toFixed(1)} requests at once${facts.declaredSlots === null ? '' : ` of ${facts.declaredSlots} slots`}`;
  if (cpuRatio !== null && cpuRatio >= cpuBoundRatio) {
    return {
      binding: 'cpu',
      bindingBecause: `in ${saturated.length} windows requests waited while ${cpuText}; it served ${servedText}`,
      slotsPerReplica: null,
      saturationPerReplica: throughput,
    };
  }
  return {
    binding: slots,
    bindingBecause: `in ${saturated.length} windows requests waited while a replica served ${servedText} and ${cpuText}`,
    slotsPerReplica: served,
    saturationPerReplica: throughput,
  };
}

function unsaturated(
  windows: readonly CapacityWindow[],
  saturated: number,
  facts: CapacityFacts,
): ReplicaCapacity {
  const most = Math.max(0, ...windows.map(({ inFlightPerReplica }) => inFlightPerReplica));
  const cpu = usageRatio(windows, facts.ceilingMillicores, Math.max);
  const slots = facts.declaredSlots === null ? '' : ` of ${facts.declaredSlots} slots`;
  const cpuText = cpu === null ? '' : ` and ${percent(cpu)} of the CPU it can use`;
  return {
    binding: 'none',
    bindingBecause: `requests waited in ${saturated} of ${windows.length} windows; at most ${most.toFixed(1)} requests per replica${slots}${cpuText} were in use`,
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
