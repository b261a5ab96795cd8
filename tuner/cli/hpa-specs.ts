import type { PerComponent } from '../advise/options.ts';
import type { Evidence } from '../contracts/evidence.ts';
import { exitCodes, failure, type TuneError } from '../errors.ts';
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
      throw failure(
        'TWO_HPAS_ON_ONE_TARGET',
        `${at}: spec.scaleTargetRef.name: a second HPA scales ${target}`,
        {
          why: 'two HPAs on one Deployment undo each other, and the controller lets neither act',
          next: 'leave one of them away',
          exitCode: exitCodes.usage,
        },
      );
    }
    specs[component as keyof typeof specs] = { at, spec };
  }
  return specs;
}

function unknownTarget(evidence: Evidence, at: string, name: string, target: string): TuneError {
  const known = Object.values(evidence.components).map(({ deployment }) => deployment);
  return failure(
    'UNKNOWN_SCALE_TARGET',
    `${at}: spec.scaleTargetRef.name: HPA ${name} scales "${target}", which the run knows nothing of`,
    {
      why: `the run recorded ${known.join(', ')}`,
      next: 'name one of these, or record a run of the release that this HPA belongs to',
      exitCode: exitCodes.usage,
    },
  );
}
