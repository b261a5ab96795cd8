import type { PerComponent } from '../advise/options.ts';
import type { Evidence } from '../contracts/evidence.ts';
import { exitCodes, TuneError } from '../errors.ts';
import type { HpaManifest } from './read-hpa-manifests.ts';

/** The HPA of each component that one was given for, and where it stands. */
export type HpaSpecs = PerComponent<Pick<HpaManifest, 'at' | 'spec'>>;

/** @throws TuneError UNKNOWN_SCALE_TARGET, TWO_HPAS_ON_ONE_TARGET */
export function hpaSpecsByComponent(evidence: Evidence, manifests: readonly HpaManifest[]): HpaSpecs {
  const specs: HpaSpecs = {};
  for (const { at, name, target, spec } of manifests) {
    const [component] =
      Object.entries(evidence.components).find(([, known]) => known.deployment === target) ?? [];
    if (component === undefined) throw unknownTarget(evidence, at, name, target);
    if (specs[component as keyof typeof specs] !== undefined) {
      throw refusal(
        'TWO_HPAS_ON_ONE_TARGET',
        `${at}: spec.scaleTargetRef.name: a second HPA scales ${target}`,
        'two HPAs on one Deployment undo each other, and the controller lets neither act',
        'leave one of them away',
      );
    }
    specs[component as keyof typeof specs] = { at, spec };
  }
  return specs;
}

function unknownTarget(evidence: Evidence, at: string, name: string, target: string): TuneError {
  const known = Object.values(evidence.components).map(({ deployment }) => deployment);
  return refusal(
    'UNKNOWN_SCALE_TARGET',
    `${at}: spec.scaleTargetRef.name: HPA ${name} scales "${target}", which the run knows nothing of`,
    `the run recorded ${known.join(', ')}`,
    'name one of these, or record a run of the release that this HPA belongs to',
  );
}

function refusal(code: string, message: string, why: string, next: string): TuneError {
  return new TuneError({ code, message, why, next, exitCode: exitCodes.usage });
}
