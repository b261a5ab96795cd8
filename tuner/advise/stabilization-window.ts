import { type AdviceRule, ascending, evidencePath, type RuleContext } from './advice-rule.ts';
import { usualRules } from './component-draft.ts';

/** How long a lower need must last before the HPA scales in. */
export const stabilizationWindow: AdviceRule = {
  id: 'stabilization-window',
  plan(context) {
    if (!context.base.hasHpa) return null;
    const inForce = context.current.scaleDown.stabilizationWindowSeconds;
    const current = context.current.hasHpa
      ? (inForce ?? usualRules.scaleDown.stabilizationWindowSeconds)
      : null;
    const ready = slowestReadySeconds(context);
    const shortest = lostPodsPerWindow * ready;
    return {
      sets: 'behavior.scaleDown.stabilizationWindowSeconds',
      unit: 's',
      current,
      currentValue: current,
      values: ascending([
        ...windows.filter((seconds) => seconds >= shortest),
        ...(current === null ? [] : [current]),
      ]),
      usualValue: usualRules.scaleDown.stabilizationWindowSeconds,
      sameCostRatio: windowSameCostRatio,
      isPace: true,
      show: (seconds) => seconds,
      apply: (draft, seconds) => {
        if (
          seconds !==
          (draft.scaleDown.stabilizationWindowSeconds ?? usualRules.scaleDown.stabilizationWindowSeconds)
        ) {
          draft.scaleDown = { ...draft.scaleDown, stabilizationWindowSeconds: seconds };
        }
      },
      because: `a pod scaled in too early is missed for the ${ready.toFixed(0)} s that the next one takes to be Ready, so windows below ${shortest.toFixed(0)} s were not tried; one kept too long costs its hours`,
      evidence: [evidencePath(context, 'startup.readySeconds'), 'arrivals'],
    };
  },
};

const windows = [60, 120, 180, 240, 300, 420, 600, 900];
/** A window that is not several times a pod's start-up saves less than the first wrong guess costs. */
const lostPodsPerWindow = 6;
/** A short demand holds a swing or two, and what windows cost hangs on how many swings there are. */
const windowSameCostRatio = 0.15;

function slowestReadySeconds({ model }: RuleContext): number {
  return model.readySeconds.at(-1) ?? 0;
}

/** How long a higher need must last before the HPA scales out. Anything above 0 only delays the first new pod. */
export const stabilizationWindowUp: AdviceRule = {
  id: 'stabilization-window-up',
  plan(context) {
    const inForce = context.current.scaleUp.stabilizationWindowSeconds ?? 0;
    if (!context.base.hasHpa || !context.current.hasHpa || inForce === 0) return null;
    return {
      sets: 'behavior.scaleUp.stabilizationWindowSeconds',
      unit: 's',
      current: inForce,
      currentValue: inForce,
      values: ascending([0, inForce]),
      show: (seconds) => seconds,
      apply: (draft, seconds) => {
        draft.scaleUp = { ...draft.scaleUp, stabilizationWindowSeconds: seconds };
      },
      because: `each second of it is added to the time until a new pod is Ready`,
      evidence: [evidencePath(context, 'startup.readySeconds')],
    };
  },
};
