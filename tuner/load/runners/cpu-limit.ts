import type { LoadSettings } from '../../contracts/load-settings.ts';
import { parseSignedMilli } from '../../contracts/quantity.ts';

/** What one runner may use at most, in cores; null: no limit is set. */
export function cpuLimitCores({ resources }: Pick<LoadSettings, 'resources'>): number | null {
  const limit = resources.limits?.cpu;
  const millicores = limit === undefined ? null : parseSignedMilli(limit);
  return millicores === null ? null : millicores / 1000;
}
