import type { Advice } from '../contracts/advice.ts';
import type { ComponentName } from '../contracts/component.ts';

/**
 * The reason the advice gives for a setting of a component.
 *
 * @param sets the setting's path: `/^minReplicas$/`, `/^metrics.*resource/`
 * @returns the reason of the first setting that fits, else the summary that all of them share
 */
export function reasonFor(advice: Advice, component: ComponentName, sets: RegExp): string {
  const found = advice.settings.find((setting) => setting.component === component && sets.test(setting.sets));
  return found?.because ?? `weighed together with the other settings: ${advice.summary}`;
}
