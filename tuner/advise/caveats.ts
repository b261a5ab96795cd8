import type { Evidence } from '../contracts/evidence.ts';
import type { SimulationModel } from '../simulate/model.ts';
import { logNormalQuantile } from '../stats/log-normal.ts';
import type { RuleContext } from './advice-rule.ts';
import type { ExpectedDemand } from './demand.ts';
import type { AdviceConfig } from './options.ts';

export interface CaveatFacts {
  readonly evidence: Evidence;
  readonly model: SimulationModel;
  readonly config: AdviceConfig;
  readonly demand: ExpectedDemand;
  readonly contexts: readonly RuleContext[];
  readonly assumptions: readonly string[];
  readonly meetsObjectives: boolean;
}

/** What limits the advice: assumptions, extrapolations, limits that were reached, things to re-test. */
export function caveatsOf(facts: CaveatFacts): string[] {
  return [
    ...facts.contexts.flatMap(approachCaveats),
    ...facts.contexts.flatMap(ceilingCaveats),
    ...unreachableObjectives(facts),
    ...(facts.meetsObjectives ? [] : [unmetCaveat(facts)]),
    ...extrapolation(facts),
    ...indexingCaveats(facts.evidence),
    ...webCaveats(facts.evidence),
    ...facts.assumptions,
    ...facts.evidence.gaps.map(gapText),
    ...facts.evidence.unknowns.map(
      ({ what, why, next }) => `Not known: ${what} (${why}). To learn it: ${next}.`,
    ),
  ];
}

function gapText({ source, fromSeconds, toSeconds, reason }: Evidence['gaps'][number]): string {
  const until = toSeconds === null ? 'the end' : `${toSeconds.toFixed(0)} s`;
  return `No ${source} was recorded from ${fromSeconds.toFixed(0)} s to ${until} (${reason}): what it would have shown is not in the advice.`;
}

function approachCaveats({ name, approach, evidence, model, queueMetric }: RuleContext): string[] {
  if (evidence.binding === 'connectionSlots') {
    return [
      `${name} is full at ${model.slotsPerReplica} connection slots while its CPU idles. Replicas are the expensive cure: raise SERVER_WORKER_CONNECTIONS (and the database pool with it) and re-test; one replica may then carry several times as much.`,
    ];
  }
  if (approach === 'fixed' && evidence.binding === 'workerSlots' && queueMetric === null) {
    return [
      `${name} waits on its queue, and the target has no queueMetric: the count is fixed at what the peak needs. With targets.<name>.queueMetric set, an HPA on the queue would follow the load.`,
    ];
  }
  return [];
}

function ceilingCaveats({ name, limits, need }: RuleContext): string[] {
  if (need.replicas <= limits.ceiling) return [];
  return [
    `The peak needs ${need.replicas.toFixed(1)} full replicas of ${name}, and at most ${limits.ceiling} may be recommended (${limits.ceilingBecause}). Raise that limit first.`,
  ];
}

function unreachableObjectives({ model, config }: CaveatFacts): string[] {
  return model.classes.flatMap(({ name, firstTokenSeconds }) => {
    const usual = logNormalQuantile(firstTokenSeconds, 0.95);
    const limit = config.objectives.timeToFirstTokenP95;
    if (usual <= limit) return [];
    return [
      `The first token of ${name} takes ${usual.toFixed(1)} s (p95) even when nothing waits: no number of replicas meets the objective of ${limit} s.`,
    ];
  });
}

function unmetCaveat({ config }: CaveatFacts): string {
  const { timeToFirstTokenP95, queueWaitP95, errorRatio } = config.objectives;
  return `No setting within the limits met the objectives (first token ${timeToFirstTokenP95} s, queue ${queueWaitP95} s, errors ${errorRatio * 100} %) for as many minutes as wanted; the proposed one misses the fewest.`;
}

/** Demand above what was driven rests on costs that were measured lower down. */
function extrapolation({ evidence, demand }: CaveatFacts): string[] {
  const seen = Math.max(
    0,
    ...Object.values(evidence.components).flatMap(({ steps }) => steps.map((step) => step.arrivalsPerSecond)),
  );
  const peak = peakRate(demand);
  if (seen === 0 || peak <= seen * 1.1) return [];
  return [
    `The demand peaks at ${peak.toFixed(1)} requests/s and the run drove ${seen.toFixed(1)}: what lies between is extrapolated from cost per request.`,
  ];
}

/** What was recorded beside the traffic that the model knows. */
function indexingCaveats({ indexing, components }: Evidence): string[] {
  if (!indexing) return [];
  const costs = Object.entries(components).flatMap(([name, { cpuMillisecondsPerRequest: cost }]) =>
    cost.indexing === undefined ? [] : [`${cost.indexing.value.toFixed(0)} ms on ${name}`],
  );
  const paid = costs.length === 0 ? 'unknown' : costs.join(', ');
  return [
    `${indexing.documents} documents were indexed during the run, and the model does not simulate indexing: its CPU (per document: ${paid}) is kept out of what chat and workflow cost, and nothing proposed here leaves room for it or for the worker slots that it takes.`,
  ];
}

function webCaveats({ components, webPages }: Evidence): string[] {
  if (components.web === undefined) return [];
  const stated = webPages
    ? `Under the pages stated (${webPages.pagesPerChat} a chat), tune simulate shows what an HPA does.`
    : 'With pages stated (web under the target in tune.yaml), tune simulate shows what an HPA does.';
  return [
    `web is left as it is: the load calls the Service API, which does not pass it, so no setting of it can be judged by this run. ${stated}`,
  ];
}

export function peakRate({ rates, durationSeconds }: ExpectedDemand): number {
  let peak = 0;
  for (let second = 0; second < durationSeconds; second++) peak = Math.max(peak, totalRate(rates, second));
  return peak;
}

export function totalRate(rates: ExpectedDemand['rates'], second: number): number {
  let total = 0;
  for (const perClass of Object.values(rates)) total += perClass[second] ?? 0;
  return total;
}
