import type { Evidence } from '../contracts/evidence.ts';
import type { Demand, ObjectivesModel, SimulationModel } from '../simulate/model.ts';
import { drawDemands, type ExpectedDemand, expectedDemand } from './demand.ts';
import { createEvaluator, type Evaluator } from './evaluator.ts';
import type { AdviseOptions } from './options.ts';
import { progressReporter } from './progress-reporter.ts';
import { createTrial, search, type Tried } from './search.ts';
import { type SettingsOutcome, settingsOutcome } from './search-outcome.ts';
import { type Candidate, currentScaling, type SearchSpace, searchSpace } from './search-space.ts';
import { type Settled, settle } from './settle.ts';
import { type Sweep, sweepSettings } from './sweep-settings.ts';

/** Everything that a search found out. */
export interface Study {
  readonly evidence: Evidence;
  readonly model: SimulationModel;
  readonly options: AdviseOptions;
  readonly demand: ExpectedDemand;
  readonly drawn: readonly Demand[];
  readonly objectives: ObjectivesModel;
  readonly space: SearchSpace;
  /** Minutes that may miss an objective. */
  readonly allowedMinutes: number;
  /** The settings in force. */
  readonly current: SettingsOutcome;
  /** The settings to propose, those in force included where they are as good. */
  readonly settled: Tried;
  /** As good, but more of a change. */
  readonly passedOver: Settled['passedOver'];
  /** What each setting does alone, in the order of the space's dimensions. */
  readonly sweeps: readonly Sweep[];
  readonly finalists: readonly Tried[];
  readonly triedCount: number;
}

/** @throws TuneError BAD_HPA_SPEC, METRIC_NOT_RECORDED; the signal's reason when it is aborted */
export async function runStudy(
  evidence: Evidence,
  model: SimulationModel,
  options: AdviseOptions,
): Promise<Study> {
  const { config, seed } = options;
  const demand = expectedDemand(evidence, config.demand);
  const effort = searchEffort(demand, options);
  const drawn = drawDemands(demand, effort.replications, seed);
  const objectives = {
    firstTokenP95Seconds: config.objectives.timeToFirstTokenP95,
    queueWaitP95Seconds: config.objectives.queueWaitP95,
    errorRatio: config.objectives.errorRatio,
  };
  const space = searchSpace(evidence, model, demand, options);
  const allowedMinutes = minutesAllowed(demand);
  const progress = progressReporter(options.onProgress);
  const evaluator = createEvaluator(
    { model, demands: drawn, objectives },
    { threads: options.threads, signal: options.signal, onEvaluated: progress.evaluated },
  );
  try {
    const current = await evaluateCurrent(evaluator, space, effort.replications, options);
    const trial = createTrial(space, evaluator, config.replicaHourPrice);
    const searching = { ...effort, seed, allowedMinutes, onPhase: progress.phase };
    const found = await search(space, trial, startsOf(space), searching);
    const { tried: settled, passedOver } = await settle(space, trial, found, searching);
    progress.phase('sweeping', 0);
    const { replications } = effort;
    const judging = { allowedMinutes: found.attainableMinutes, replications };
    const sweeps = await sweepSettings(space, trial, settled, judging);
    return {
      evidence,
      model,
      options,
      demand,
      drawn,
      objectives,
      space,
      allowedMinutes,
      current,
      settled,
      passedOver,
      sweeps,
      finalists: [...found.finalists, settled],
      triedCount: trial.triedCount(),
    };
  } finally {
    await evaluator.close();
  }
}

/** Minutes that may miss an objective: one in a hundred; of a short demand one in four draws may miss one. */
function minutesAllowed({ durationSeconds }: ExpectedDemand): number {
  return Math.max(0.25, durationSeconds / 60 / 100);
}

export interface SearchEffort {
  readonly candidates: number;
  /** Draws that all candidates meet, that the better ones meet, and that judge what is chosen. */
  readonly fewReplications: number;
  readonly someReplications: number;
  readonly replications: number;
  /** Simulations of refining at most. */
  readonly refiningSimulations: number;
}

const usualSearchSeconds = 20;
/** Simulated seconds per second on two cores of a common machine; sets how much a time allows. */
const simulatedPerSecond = 700_000;
const samplingShare = 0.4;
const refiningShare = 0.4;
/** A long demand holds its own replications. */
const longDemandSeconds = 7200;

/** By counts and not by the clock, so that the advice does not depend on how fast this machine is. */
function searchEffort({ durationSeconds }: ExpectedDemand, options: AdviseOptions): SearchEffort {
  const simulations = ((options.searchSeconds ?? usualSearchSeconds) * simulatedPerSecond) / durationSeconds;
  const isLong = durationSeconds > longDemandSeconds;
  const replications = options.draws ?? (isLong ? 4 : 40);
  const fewReplications = Math.min(isLong ? 2 : 4, replications);
  const affordable = Math.round((simulations * samplingShare) / fewReplications);
  const candidates = options.candidates ?? Math.min(4000, Math.max(48, affordable));
  return {
    candidates,
    fewReplications,
    someReplications: Math.min(isLong ? 4 : 10, replications),
    replications,
    // As much again as the sampling, where that was set by hand.
    refiningSimulations:
      options.candidates === undefined ? simulations * refiningShare : candidates * fewReplications,
  };
}

async function evaluateCurrent(
  evaluator: Evaluator,
  space: SearchSpace,
  replications: number,
  { config }: AdviseOptions,
): Promise<SettingsOutcome> {
  const [summaries] = await evaluator.evaluate([currentScaling(space)], replications);
  return settingsOutcome(summaries ?? [], config.replicaHourPrice);
}

/** What is in force, as far as it may stay, and the middle of every range. */
function startsOf({ dimensions }: SearchSpace): Candidate[] {
  const middle = dimensions.map(({ plan }) => plan.values[Math.floor(plan.values.length / 2)] ?? 0);
  return [dimensions.map(({ plan }, index) => plan.currentValue ?? middle[index] ?? 0), middle];
}
