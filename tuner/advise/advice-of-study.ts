import type { Advice, Proposal } from '../contracts/advice.ts';
import type { ComponentName } from '../contracts/component.ts';
import { simulate } from '../simulate/simulate.ts';
import { prepareScaling } from '../simulate/world.ts';
import { caveatsOf, peakRate, totalRate } from './caveats.ts';
import { type ComponentDraft, specOfDraft } from './component-draft.ts';
import type { PerComponent } from './options.ts';
import { meetsObjectives, paretoFront } from './search.ts';
import { simulatedOutcome } from './search-outcome.ts';
import { currentScaling, draftsOf, scalingOf } from './search-space.ts';
import { outcomeText, settingAdvice } from './setting-advice.ts';
import type { Study } from './study.ts';
import { averaged, simulatedTimeline } from './timelines.ts';

/** A finished search in the form of advice.json. */
export function adviceOfStudy(study: Study, assumptions: readonly string[], elapsedSeconds: number): Advice {
  const { evidence, model, space, settled, options, demand } = study;
  const settings = settingAdvice(space, settled, {
    sweeps: study.sweeps,
    passedOver: study.passedOver,
    assumptions,
  });
  const isChange = settings.some(({ verdict }) => verdict === 'change');
  const prices = options.config.replicaHourPrice;
  const current = simulatedOutcome(study.current, prices);
  return {
    schemaVersion: 1,
    runId: evidence.runId,
    verdict: isChange ? 'change' : 'noChange',
    summary: summaryOf(study, isChange),
    demand: demandOf(study),
    settings,
    proposals: proposalsOf(draftsOf(space, settled.candidate)),
    search: {
      candidates: study.triedCount,
      replications: study.drawn.length,
      seed: options.seed,
      elapsedSeconds,
      pareto: paretoOf(study),
    },
    outcomes: { current, proposed: isChange ? simulatedOutcome(settled.outcome, prices) : current },
    timelines: timelinesOf(study, isChange),
    caveats: caveatsOf({
      evidence,
      model,
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

function demandOf({ demand }: Study): Advice['demand'] {
  const { durationSeconds, rates, description } = demand;
  const total = Array.from({ length: durationSeconds }, (_, second) => totalRate(rates, second));
  return {
    description,
    durationSeconds,
    peakArrivalsPerSecond: peakRate(demand),
    arrivalsPerSecond: averaged(total, Math.max(5, Math.ceil(durationSeconds / 1200))),
  };
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
    replicaHours: meanReplicaHours(tried.outcome.summaries),
    isChosen: tried === settled,
  }));
}

function meanReplicaHours(summaries: Study['settled']['outcome']['summaries']): number {
  const hours = summaries.map(({ replicaHours }) =>
    Object.values(replicaHours).reduce((sum, value) => sum + value, 0),
  );
  return hours.reduce((sum, value) => sum + value, 0) / Math.max(1, hours.length);
}

/** One draw of the demand, the same for both: the difference is that of the settings. */
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
