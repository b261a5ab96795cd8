import {
  constantShape,
  diurnalShape,
  type LoadShape,
  rampShape,
  spikeShape,
  stepsShape,
} from '../../scenarios/lib/shapes.ts';
import type { Mix, Profile } from '../contracts/profile.ts';
import type { Shape } from '../contracts/shape.ts';

/** What a profile asks for, of all classes together, as k6's stages and the mix in each. */
export interface ProfileArrivals {
  readonly startArrivalsPerSecond: number;
  readonly stages: readonly {
    readonly durationSeconds: number;
    readonly arrivalsPerSecond: number;
    readonly mix: Mix;
  }[];
}

/** @returns null for a replay, whose arrivals stand in its trace */
export function profileArrivals(profile: Profile): ProfileArrivals | null {
  const { shape, mix } = profile;
  if (shape === undefined) {
    return {
      startArrivalsPerSecond: profile.startArrivalsPerSecond ?? 0,
      stages: (profile.stages ?? []).map((stage) => ({
        durationSeconds: stage.duration,
        arrivalsPerSecond: stage.arrivalsPerSecond,
        mix: stage.mix ?? mix,
      })),
    };
  }
  const drawn = drawShape(shape);
  return drawn && { ...drawn, stages: drawn.stages.map((stage) => ({ ...stage, mix })) };
}

function drawShape({ constant, ramp, steps, spike, diurnal }: Shape): LoadShape | null {
  if (constant) return constantShape(constant.arrivalsPerSecond, constant.duration);
  if (ramp) return rampShape({ ...ramp, rampSeconds: ramp.duration, holdSeconds: ramp.hold });
  if (steps) return stepsShape(steps.arrivalsPerSecond, steps.stepDuration);
  if (spike) {
    return spikeShape({
      ...spike,
      beforeSeconds: spike.before,
      spikeSeconds: spike.duration,
      afterSeconds: spike.after,
    });
  }
  if (diurnal) return diurnalShape({ ...diurnal, daySeconds: diurnal.dayDuration });
  return null;
}
