import type { Advice, Proposal } from '../contracts/advice.ts';
import type { ComponentName } from '../contracts/component.ts';
import type { Evidence } from '../contracts/evidence.ts';
import { TuneError } from '../errors.ts';
import type { Demand, ObjectivesModel, SimulationModel } from '../simulate/model.ts';
import { type ModelFromEvidence, modelFromEvidence } from '../simulate/model-from-evidence.ts';
import { simulate } from '../simulate/simulate.ts';
import { prepareScaling } from '../simulate/world.ts';
import { caveatsOf, peakRate, totalRate } from './caveats.ts';
import { type ComponentDraft, specOfDraft } from './component-draft.ts';
import { drawDemand, type ExpectedDemand, expectedDemand } from './demand.ts';
import { createEvaluator, type Evaluator } from './evaluator.ts';
import { insufficientAdvice } from './insufficient.ts';
import type { AdviseOptions, PerComponent } from './options.ts';
import { createTrial, meetsObjectives, paretoFront, search, type Tried } from './search.ts';
import { type SettingsOutcome, settingsOutcome, simulatedOutcome } from './search-outcome.ts';
import {
  type Candidate,
  currentScaling,
  draftsOf,
  type SearchSpace,
  scalingOf,
  searchSpace,
} from './search-space.ts';
import { outcomeText, settingAdvice } from './setting-advice.ts';
import { settle, sweepSettings } from './settle.ts';
import { averaged, simulatedTimeline } from './timelines.ts';

/** Demands that every candidate meets, and that the best of them meet. */
const fewReplications = 4;
const manyReplications = 10;
const usualSearchSeconds = 20;
/** Simulated seconds per second on two cores of a common machine; sets how many candidates a time allows. */
const simulatedPerSecond = 2_000_000;

/**
 * Settings for the demand that is coming, with reasons, from what one recording taught.
 *
 * Pure apart from worker threads: the same evidence, options and seed give the same advice, on one thread or two.
 *
 * @throws TuneError BAD_HPA_SPEC when the HPA in force is none that Kubernetes would accept
 * @throws the signal's reason when it is aborted
 */
export async function advise(evidence: Evidence, options: AdviseOptions): Promise<Advice> {
  const clock = options.clock ?? (() => performance.now() / 1000);
  const startedAt = clock();
  const built = modelFromEvidence(evidence, {
    queueMetricName: options.queueMetric?.name ?? null,
    schedulablePods: options.schedulablePods ?? null,
  });
  const insufficient = (missing: ModelFromEvidence['missing']) =>
    insufficientAdvice(evidence, missing, { seed: options.seed, elapsedSeconds: clock() - startedAt });
  if (built.model === null) return insufficient(built.missing);
  try {
    const study = await runStudy(evidence, built.model, options);
    return adviceOf(study, built.assumptions, clock() - startedAt);
  } catch (error) {
    if (!(error instanceof TuneError) || error.code !== 'METRIC_NOT_RECORDED') throw error;
    return insufficient([{ component: null, reason: error.message, path: 'components' }]);
  }
}

/** Everything that a search found out. */
interface Study {
  readonly evidence: Evidence;
  readonly model: SimulationModel;
  readonly options: AdviseOptions;
  readonly demand: ExpectedDemand;
  readonly drawn: readonly Demand[];
  readonly objectives: ObjectivesModel;
  readonly space: SearchSpace;
  readonly allowedMinutes: number;
  readonly current: SettingsOutcome;
  readonly settled: Tried;
  readonly sweeps: Awaited<ReturnType<typeof sweepSettings>>;
  readonly finalists: readonly Tried[];
  readonly triedCount: number;
}

async function runStudy(evidence: Evidence, model: SimulationModel, options: AdviseOptions): Promise<Study> {
  const { config, seed } = options;
  const demand = expectedDemand(evidence, config.demand);
  const drawn = Array.from({ length: manyReplications }, (_, index) =>
    drawDemand(demand, seed * 1000 + index),
  );
  const objectives = {
    firstTokenP95Seconds: config.objectives.timeToFirstTokenP95,
    queueWaitP95Seconds: config.objectives.queueWaitP95,
    errorRatio: config.objectives.errorRatio,
  };
  const space = searchSpace(evidence, model, demand, options);
  const allowed = allowedMinutes(demand);
  const progress = progressReporter(options);
  const evaluator = createEvaluator(
    { model, demands: drawn, objectives },
    { threads: options.threads, signal: options.signal, onEvaluated: progress.evaluated },
  );
  try {
    const current = await evaluateCurrent(evaluator, space, options);
    const trial = createTrial(space, evaluator, config.replicaHourPrice);
    const found = await search(space, trial, startsOf(space), {
      candidates: candidateCount(demand, options),
      seed,
      fewReplications,
      manyReplications,
      allowedMinutes: allowed,
      onPhase: progress.phase,
    });
    const settleOptions = { allowedMinutes: allowed, replications: manyReplications };
    const settled = await settle(space, trial, found.chosen, settleOptions);
    progress.phase('sweeping', 0);
    const sweeps = await sweepSettings(space, trial, settled, settleOptions);
    return {
      evidence,
      model,
      options,
      demand,
      drawn,
      objectives,
      space,
      allowedMinutes: allowed,
      current,
      settled,
      sweeps,
      finalists: [...found.finalists, settled],
      triedCount: trial.triedCount(),
    };
  } finally {
    await evaluator.close();
  }
}

/** Minutes that may miss an objective: one in a hundred; of a short demand one in four draws may miss one. */
function allowedMinutes({ durationSeconds }: ExpectedDemand): number {
  return Math.max(0.25, durationSeconds / 60 / 100);
}

function candidateCount({ durationSeconds }: ExpectedDemand, options: AdviseOptions): number {
  if (options.candidates !== undefined) return options.candidates;
  const seconds = options.searchSeconds ?? usualSearchSeconds;
  const affordable = (seconds * simulatedPerSecond) / (durationSeconds * fewReplications);
  // Half of the time goes to refining, settling and sweeps, which cost more replications each.
  return Math.round(Math.min(4000, Math.max(48, affordable / 2)));
}

async function evaluateCurrent(
  evaluator: Evaluator,
  space: SearchSpace,
  { config }: AdviseOptions,
): Promise<SettingsOutcome> {
  const [summaries] = await evaluator.evaluate([currentScaling(space)], manyReplications);
  return settingsOutcome(summaries ?? [], config.replicaHourPrice);
}

/** What is in force, as far as it may stay, and the middle of every range. */
function startsOf({ dimensions }: SearchSpace): Candidate[] {
  const middle = dimensions.map(({ plan }) => plan.values[Math.floor(plan.values.length / 2)] ?? 0);
  return [dimensions.map(({ plan }, index) => plan.currentValue ?? middle[index] ?? 0), middle];
}

function progressReporter({ onProgress }: AdviseOptions) {
  let phase: 'sampling' | 'refining' | 'sweeping' = 'sampling';
  let tried = 0;
  let planned = 0;
  return {
    phase(next: typeof phase, candidates: number) {
      phase = next;
      planned = Math.max(planned, tried + candidates);
    },
    evaluated(settings: number) {
      tried += settings;
      planned = Math.max(planned, tried);
      onProgress?.({ phase, triedCandidates: tried, plannedCandidates: planned });
    },
  };
}

function adviceOf(study: Study, assumptions: readonly string[], elapsedSeconds: number): Advice {
  const { evidence, space, settled, options, demand } = study;
  const settings = settingAdvice(space, settled, study.sweeps, assumptions);
  const isChange = settings.some(({ verdict }) => verdict === 'change');
  const prices = options.config.replicaHourPrice;
  const current = simulatedOutcome(study.current, prices);
  return {
    schemaVersion: 1,
    runId: evidence.runId,
    verdict: isChange ? 'change' : 'noChange',
    summary: summaryOf(study, isChange),
    demand: {
      description: demand.description,
      durationSeconds: demand.durationSeconds,
      peakArrivalsPerSecond: peakRate(demand),
      arrivalsPerSecond: averaged(
        Array.from({ length: demand.durationSeconds }, (_, second) => totalRate(demand.rates, second)),
        Math.max(5, Math.ceil(demand.durationSeconds / 1200)),
      ),
    },
    settings,
    proposals: proposalsOf(draftsOf(space, settled.candidate)),
    search: {
      candidates: study.triedCount,
      replications: manyReplications,
      seed: options.seed,
      elapsedSeconds,
      pareto: paretoOf(study),
    },
    outcomes: { current, proposed: isChange ? simulatedOutcome(settled.outcome, prices) : current },
    timelines: timelinesOf(study, isChange),
    caveats: caveatsOf({
      evidence,
      model: study.model,
      config: options.config,
      demand,
      contexts: space.components.map(({ context }) => context),
      assumptions,
      meetsObjectives: meetsObjectives(settled, study.allowedMinutes),
    }),
  };
}

function summaryOf(study: Study, isChange: boolean): string {
  const present = { candidate: [], outcome: study.current };
  const approaches = study.space.components.map(({ approach }) => approach.because).join('; ');
  if (!isChange) {
    return `No change: with the settings in force ${outcomeText(present)}, and no others are better by enough to matter. ${approaches}.`;
  }
  return `Now ${outcomeText(present)}; with the proposed settings ${outcomeText(study.settled)}. ${approaches}.`;
}

function proposalsOf(drafts: PerComponent<ComponentDraft>): Advice['proposals'] {
  const proposals: PerComponent<Proposal> = {};
  for (const [name, draft] of Object.entries(drafts) as [ComponentName, ComponentDraft][]) {
    proposals[name] = {
      hpaSpec: specOfDraft(draft),
      replicas: draft.hasHpa ? null : draft.replicas,
      requestedMillicores: draft.requestedMillicores,
    };
  }
  return proposals;
}

/** A page shows so many points at most. */
const mostParetoPoints = 40;

function paretoOf({ space, finalists, settled }: Study): Advice['search']['pareto'] {
  const front = paretoFront(finalists).slice(0, mostParetoPoints);
  const shown = front.includes(settled) ? front : [...front, settled];
  return shown.map((tried) => ({
    settings: Object.fromEntries(
      space.dimensions.map(({ component, plan }, index) => [
        `${component}.${plan.sets}`,
        plan.show(tried.candidate[index] ?? plan.values[0] ?? 0),
      ]),
    ),
    sloViolatedMinutes: tried.outcome.violated.mean,
    replicaHours: tried.outcome.summaries.reduce(
      (sum, { replicaHours }) =>
        sum +
        Object.values(replicaHours).reduce((all, hours) => all + hours, 0) / tried.outcome.summaries.length,
      0,
    ),
    isChosen: tried === settled,
  }));
}

/** One replication, the same for both: the difference is that of the settings. */
function timelinesOf(study: Study, isChange: boolean): Advice['timelines'] {
  const [demand] = study.drawn;
  if (demand === undefined) return null;
  const timeline = (scaling: ReturnType<typeof scalingOf>) => {
    const prepared = prepareScaling(study.model, scaling);
    const { series } = simulate(study.model, prepared, demand, study.objectives, { withSeries: true });
    return series === null ? null : simulatedTimeline(series, demand.durationSeconds);
  };
  const current = timeline(currentScaling(study.space));
  const proposed = isChange ? timeline(scalingOf(draftsOf(study.space, study.settled.candidate))) : current;
  return current === null || proposed === null ? null : { current, proposed };
}
