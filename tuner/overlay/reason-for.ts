import type { Advice } from '../contracts/advice.ts';
import type { ComponentName } from '../contracts/component.ts';

/**
 * The reason the advice gives for a setting of a component.
 *
 * @param part a piece of the setting's path: `minReplicas`, `cpu`, `scaleDown.stabilizationWindowSeconds`
 * @returns the reason of the setting whose path ends in the part, else of one that holds it, else the summary
 */
export function reasonFor(advice: Advice, component: ComponentName, part: string): string {
  const ofComponent = advice.settings.filter((setting) => setting.component === component);
  const found =
    ofComponent.find(({ sets }) => sets.endsWith(part)) ??
    ofComponent.find(({ sets, id }) => `${sets} ${id}`.toLowerCase().includes(part.toLowerCase()));
  return found?.because ?? `part of the settings that were weighed together: ${advice.summary}`;
}
