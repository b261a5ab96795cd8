import { quantile } from 'simple-statistics';
import { drawPoisson } from '../../stats/poisson.ts';
import { seededRandom } from '../../stats/seeded-random.ts';
import type { Demand, SimulationModel } from '../model.ts';
import { simulate } from '../simulate.ts';
import { prepareScaling } from '../world.ts';
import { modelOf, podsOf, scalingOf } from './case-model.ts';
import {
  average,
  type CaseTemplate,
  type Compared,
  drawArrivals,
  mean,
  type Pair,
  withPhases,
} from './compare-with-reference.ts';
import type { ReferenceWeb } from './reference-case.ts';
import { simulateRequests } from './reference-simulation.ts';

/** A case with pages of the web front end beside the requests. */
export interface WebCaseTemplate extends CaseTemplate {
  readonly web: Omit<ReferenceWeb, 'pages'> & {
    /** Pages per second at a moment. */
    readonly pageRate: (second: number) => number;
  };
}

export interface WebComparison {
  readonly firstByteP95: Compared;
  readonly utilization: Compared;
  readonly meanReplicas: Compared;
}

/** Pages of both simulators over the same arrivals, replication by replication. */
export function compareWeb(template: WebCaseTemplate, replications: number): WebComparison {
  const runs = Array.from({ length: replications }, (_, index) => runBoth(template, index + 1));
  return {
    firstByteP95: average(runs.map(({ firstByteP95 }) => firstByteP95)),
    utilization: average(runs.map(({ utilization }) => utilization)),
    meanReplicas: average(runs.map(({ replicas }) => replicas)),
  };
}

interface BothWebs {
  readonly firstByteP95: Pair;
  readonly utilization: Pair;
  readonly replicas: Pair;
}

function runBoth(template: WebCaseTemplate, seed: number): BothWebs {
  const demand = withPageArrivals(template, drawArrivals(template, seed));
  const { chat = [], workflow = [] } = demand.arrivals;
  const { web } = simulateRequests({
    ...template,
    scaling: withPhases(template.scaling, seed),
    seed,
    chats: chat,
    runs: workflow,
    web: { ...template.web, pages: demand.pages ?? [] },
  });
  const model = modelWithWeb(template);
  const { summary, series } = simulate(
    model,
    prepareScaling(model, { ...scalingOf(template), web: scalingOfWeb(template) }),
    demand,
    { firstTokenP95Seconds: 3, queueWaitP95Seconds: 5, errorRatio: 0.01 },
    { withSeries: true },
  );
  if (web === null) throw new Error('the reference was given a web front end and has none');
  const columns = series?.components.web;
  return {
    firstByteP95: {
      reference: quantile([...web.firstByteSeconds], 0.95),
      simulated: summary.pages?.firstByteP95Seconds ?? Number.NaN,
    },
    utilization: { reference: mean(web.busyRatio), simulated: mean([...(columns?.cpuUsageRatio ?? [])]) },
    replicas: { reference: mean(web.replicas), simulated: mean([...(columns?.readyReplicas ?? [])]) },
  };
}

function withPageArrivals({ web }: WebCaseTemplate, demand: Demand): Demand {
  const random = seededRandom(demand.seed * 97 + 1);
  const pages = Uint16Array.from({ length: demand.durationSeconds }, (_, second) =>
    drawPoisson(web.pageRate(second), random),
  );
  return { ...demand, pages };
}

function modelWithWeb(template: WebCaseTemplate): SimulationModel {
  const model = modelOf(template);
  const { pods, pageCpuSeconds } = template.web;
  const web = {
    ...podsOf(pods),
    name: 'web' as const,
    cpuMilliseconds: {},
    cpuRatioBeforeFirstToken: {},
    service: {},
  };
  const pages = { cpuMilliseconds: pageCpuSeconds * 1000 };
  return { ...model, components: [...model.components, web], pages };
}

function scalingOfWeb({ web, scaling }: WebCaseTemplate) {
  return {
    hpaSpec: scaling?.component === 'web' ? scaling.spec : null,
    initialReplicas: web.pods.replicas,
    requestedMillicores: null,
  };
}
