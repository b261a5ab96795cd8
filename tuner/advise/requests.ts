import { ceilingMillicoresOf } from '../simulate/model.ts';
import { type AdviceRule, evidencePath } from './advice-rule.ts';

/** The CPU request of the pod template: without one a CPU target has nothing to divide by. */
export const requests: AdviceRule = {
  id: 'requests',
  plan(context) {
    if (context.approach !== 'cpu' || context.model.requestedMillicores !== null) return null;
    const usable = Math.round(ceilingMillicoresOf(context.model));
    return {
      sets: 'template.resources.requests.cpu',
      unit: 'millicores',
      current: null,
      currentValue: null,
      values: [usable],
      show: (millicores) => millicores,
      apply: (draft, millicores) => {
        draft.requestedMillicores = millicores;
      },
      because: `the pod template requests no CPU, so a CPU target has nothing to divide by; ${usable} millicores is what a replica can use, and makes 100 % mean full`,
      evidence: [evidencePath(context, 'requestedMillicores'), evidencePath(context, 'limitMillicores')],
    };
  },
};
