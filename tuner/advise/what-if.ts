import type { SimulatedOutcome, SimulatedTimeline } from '../contracts/advice.ts';
import type { Evidence, WebPages } from '../contracts/evidence.ts';
import { exitCodes, TuneError } from '../errors.ts';
import type { KnownLimits } from '../simulate/known-limits.ts';
import type { Scaling, ScalingModel } from '../simulate/model.ts';
import { modelFromEvidence } from '../simulate/model-from-evidence.ts';
import { recordedQueueMetric } from '../simulate/recorded-queue-metric.ts';
import { simulate } from '../simulate/simulate.ts';
import { webAssumptions } from '../simulate/web-pages.ts';
import { prepareScaling } from '../simulate/world.ts';
import { peakRate } from './caveats.ts';
import { type DemandToTuneFor, drawDemands, expectedDemand } from './demand.ts';
import type { AdviceConfig, PerComponent, QueueMetric } from './options.ts';
import { settingsOutcome, simulatedOutcome } from './search-outcome.ts';
import { type SimulatedPages, simulatedPages, withPageArrivals } from './simulated-pages.ts';
import { simulatedTimeline } from './timelines.ts';

export interface WhatIfOptions {
  /** autoscaling/v2 spec per component; one that is not named keeps the HPA that was in force in the run. */
  readonly hpaSpecs: PerComponent<{ readonly at: string; readonly spec: Readonly<Record<string, unknown>> }>;
  readonly config: Pick<AdviceConfig, 'objectives' | 'replicaHourPrice'> & {
    readonly demand: DemandToTuneFor;
  };
  readonly queueMetric: QueueMetric | null;
  readonly limits?: KnownLimits;
  /** Pages as they are stated now; null: as they were when the run was made. */
  readonly webPages?: WebPages | null;
  readonly seed: number;
  readonly replications: number;
}

/** What a deployment would have done with these HPAs under this demand. */
export interface WhatIf {
  readonly demand: {
    readonly description: string;
    readonly durationSeconds: number;
    readonly peakArrivalsPerSecond: number;
  };
  readonly outcome: SimulatedOutcome;
  /** Of the first replication. */
  readonly timeline: SimulatedTimeline;
  /** Of the web front end; null: nobody stated how many there are, or no web was recorded. */
  readonly pages: SimulatedPages | null;
  readonly assumptions: readonly string[];
}

/**
 * Simulates given HPAs on what a run taught.
 *
 * @throws TuneError NOT_ENOUGH_EVIDENCE, BAD_HPA_SPEC, METRIC_NOT_RECORDED with the path of the field
 */
export function whatIf(evidence: Evidence, options: WhatIfOptions): WhatIf {
  const webPages = options.webPages ?? evidence.webPages ?? null;
  const queueMetric = options.queueMetric ?? recordedQueueMetric(evidence);
  const built = modelFromEvidence(evidence, {
    queueMetricName: queueMetric?.name ?? null,
    webPages,
    ...options.limits,
  });
  if (built.model === null)
    throw notEnoughEvidence(
      evidence,
      built.missing.map(({ reason }) => reason),
    );
  const { model } = built;
  const { config, seed } = options;
  const prepared = prepareScaling(model, scalingOf(evidence, options.hpaSpecs));
  const expected = expectedDemand(evidence, config.demand);
  const objectives = {
    firstTokenP95Seconds: config.objectives.timeToFirstTokenP95,
    queueWaitP95Seconds: config.objectives.queueWaitP95,
    errorRatio: config.objectives.errorRatio,
  };
  const demands = drawDemands(expected, options.replications, seed).map((demand) =>
    withPageArrivals(demand, expected, webPages),
  );
  const results = demands.map((demand, index) =>
    simulate(model, prepared, demand, objectives, { withSeries: index === 0 }),
  );
  const series = results[0]?.series;
  if (!series) throw new RangeError('at least one replication is needed');
  const outcome = settingsOutcome(
    results.map(({ summary }) => summary),
    config.replicaHourPrice,
  );
  const pages = simulatedPages(results, webPages);
  return {
    demand: {
      description: expected.description,
      durationSeconds: expected.durationSeconds,
      peakArrivalsPerSecond: peakRate(expected),
    },
    outcome: simulatedOutcome(outcome, config.replicaHourPrice),
    timeline: simulatedTimeline(series, expected.durationSeconds),
    pages,
    assumptions: [...built.assumptions, ...webAssumptions(evidence, webPages, pages?.opened ?? null)],
  };
}

function scalingOf(evidence: Evidence, given: WhatIfOptions['hpaSpecs']): Scaling {
  const scaling: PerComponent<ScalingModel> = {};
  for (const [key, component] of Object.entries(evidence.components)) {
    const name = key as keyof typeof evidence.components;
    const hpaSpec = given[name]?.spec ?? component.hpaSpec;
    const minReplicas = Number(hpaSpec?.minReplicas ?? (hpaSpec === null ? component.specReplicas : 1));
    scaling[name] = {
      hpaSpec,
      initialReplicas: Number.isInteger(minReplicas) ? Math.max(1, minReplicas) : 1,
      requestedMillicores: null,
      hpaAt: given[name]?.at ?? `the run's HPA of ${name}`,
    };
  }
  return scaling;
}

function notEnoughEvidence(evidence: Evidence, reasons: readonly string[]): TuneError {
  return new TuneError({
    code: 'NOT_ENOUGH_EVIDENCE',
    message: `run ${evidence.runId} does not carry a simulation\n${reasons.join('\n')}`,
    why: 'what is missing would have to be guessed, and the result with it',
    next: 'record a longer run: tune --target NAME --profile standard',
    exitCode: exitCodes.notEnoughEvidence,
  });
}
