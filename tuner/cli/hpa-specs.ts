import type { PerComponent } from '../advise/options.ts';
import type { Evidence } from '../contracts/evidence.ts';
import { exitCodes, failure, type TuneError } from '../errors.ts';
import type { HpaManifest } from './read-hpa-manifests.ts';

/** The HPA of each component that one was given for, and where it stands. */
export type HpaSpecs = PerComponent<Pick<HpaManifest, 'at' | 'spec'>>;

export interface GivenHpas {
  readonly specs: HpaSpecs;
  /** HPAs of other workloads that stood beside them, a sentence each. */
  readonly passedOver: readonly string[];
}

/**
 * Which component each HPA scales. A namespace has HPAs of other workloads too: they are passed over where the same
 * source has one of the run's.
 *
 * @param sources the HPAs of each file, or of a cluster
 * @throws TuneError UNKNOWN_SCALE_TARGET for a source without any HPA of the run's; TWO_HPAS_ON_ONE_TARGET
 */
export function hpaSpecsByComponent(
  evidence: Evidence,
  sources: readonly (readonly HpaManifest[])[],
): GivenHpas {
  const specs: HpaSpecs = {};
  const passedOver: string[] = [];
  for (const source of sources) {
    const [first] = source;
    if (first !== undefined && !source.some((manifest) => componentOf(evidence, manifest) !== null)) {
      throw unknownTarget(evidence, first);
    }
    for (const manifest of source) {
      const component = componentOf(evidence, manifest);
      if (component === null) {
        passedOver.push(
          `${manifest.at}: HPA ${manifest.name} scales ${manifest.targetKind} ${manifest.target}, which the run knows nothing of: passed over.`,
        );
        continue;
      }
      if (specs[component] !== undefined) throw secondHpa(manifest);
      specs[component] = { at: manifest.at, spec: manifest.spec };
    }
  }
  return { specs, passedOver };
}

function componentOf(evidence: Evidence, { target, targetKind }: HpaManifest): keyof HpaSpecs | null {
  if (targetKind !== 'Deployment') return null;
  const [name] = Object.entries(evidence.components).find(([, known]) => known.deployment === target) ?? [];
  return (name as keyof HpaSpecs | undefined) ?? null;
}

function secondHpa({ at, target }: HpaManifest): TuneError {
  return failure('TWO_HPAS_ON_ONE_TARGET', `${at}: spec.scaleTargetRef.name: a second HPA scales ${target}`, {
    why: 'two HPAs on one Deployment undo each other, and the controller lets neither act',
    next: 'leave one of them away',
    exitCode: exitCodes.usage,
  });
}

function unknownTarget(evidence: Evidence, { at, name, target, targetKind }: HpaManifest): TuneError {
  const known = Object.values(evidence.components).map(({ deployment }) => deployment);
  return failure(
    'UNKNOWN_SCALE_TARGET',
    `${at}: spec.scaleTargetRef: HPA ${name} scales ${targetKind} "${target}", which the run knows nothing of`,
    {
      why: `the run recorded the Deployments ${known.join(', ')}`,
      next: 'name one of these, or record a run of the release that this HPA belongs to',
      exitCode: exitCodes.usage,
    },
  );
}
