import type { Advice } from '../contracts/advice.ts';
import type { Evidence } from '../contracts/evidence.ts';
import { TuneError } from '../errors.ts';
import { type ModelFromEvidence, modelFromEvidence } from '../simulate/model-from-evidence.ts';
import { recordedQueueMetric } from '../simulate/recorded-queue-metric.ts';
import { adviceOfStudy } from './advice-of-study.ts';
import { insufficientAdvice } from './insufficient.ts';
import { limitsBesideWeb } from './limits-beside-web.ts';
import type { AdviseOptions } from './options.ts';
import { runStudy } from './study.ts';

/**
 * Settings for the demand that is coming, with reasons, from what one recording taught.
 *
 * Pure apart from worker threads and the clock: the same evidence, options and seed give the same advice, on one
 * thread or two. Where the evidence does not carry a recommendation, the advice says so and what is missing.
 *
 * @throws TuneError BAD_HPA_SPEC when the HPA in force is none that Kubernetes would accept
 * @throws the signal's reason when it is aborted
 */
export async function advise(evidence: Evidence, options: AdviseOptions): Promise<Advice> {
  const clock = options.clock ?? (() => performance.now() / 1000);
  const startedAt = clock();
  // An HPA in force may follow a queue that the configuration does not name.
  const queueMetric = options.queueMetric ?? recordedQueueMetric(evidence);
  const beside = limitsBesideWeb(options.limits, evidence);
  const built = modelFromEvidence(evidence, {
    queueMetricName: queueMetric?.name ?? null,
    ...beside.limits,
  });
  const insufficient = (missing: ModelFromEvidence['missing']) =>
    insufficientAdvice(evidence, missing, { seed: options.seed, elapsedSeconds: clock() - startedAt });
  if (built.model === null) return insufficient(built.missing);
  try {
    const study = await runStudy(evidence, built.model, { ...options, queueMetric });
    return adviceOfStudy(study, [...built.assumptions, ...beside.assumptions], clock() - startedAt);
  } catch (error) {
    if (!(error instanceof TuneError) || error.code !== 'METRIC_NOT_RECORDED') throw error;
    return insufficient([{ component: null, reason: error.message, path: 'components' }]);
  }
}
