import { exitCodes, TuneError } from '../errors.ts';

/**
 * The error for an HPA that the target's API server would refuse.
 *
 * @param problems every one found, each beginning with the field's path
 */
export function badSpec(problems: readonly string[]): TuneError {
  return new TuneError({
    code: 'BAD_HPA_SPEC',
    message: problems.join('\n'),
    why: 'the API server refuses such a HorizontalPodAutoscaler, so there is nothing to replay',
    next: 'correct the field; `kubectl explain hpa.spec --api-version=autoscaling/v2` names what may stand there',
    exitCode: exitCodes.usage,
  });
}
