import { quantile } from 'simple-statistics';
import { average, type Compared, mean, type Pair, tellBoth } from './compare-with-reference.ts';
import type { GiveUpCase } from './give-up-cases.ts';
import type { ReferenceResult, ReferenceSample } from './reference-case.ts';

/** What comes of a load that clients do not wait out, from both simulators. Latencies are of what was served. */
export interface GiveUpComparison {
  readonly chatFirstTokenP95: Compared | null;
  readonly runFirstTokenP95: Compared | null;
  readonly served: Compared;
  readonly givenUp: Compared;
  /** CPU time of all that API and workers did. */
  readonly apiSeconds: Compared;
  readonly workerSeconds: Compared;
  readonly workers: Compared;
  readonly queuedMean: Compared;
  readonly queuedPeak: Compared;
  readonly clientsMean: Compared;
  readonly clientsPeak: Compared;
}

export function compareGiveUp(template: GiveUpCase['template'], replications: number): GiveUpComparison {
  const runs = Array.from({ length: replications }, (_, index) => runBoth(template, index + 1));
  const averaged = (pick: (run: BothRuns) => Pair) => average(runs.map(pick));
  const p95 = (kind: ReferenceSample['kind'], name: 'chat' | 'workflow') => {
    const pairs = runs.flatMap(({ reference, summary }) => {
      const known = servedOf(reference, kind);
      const simulated = summary.firstTokenP95Seconds[name] ?? null;
      return known.length === 0 || simulated === null
        ? []
        : [{ reference: quantile(known, 0.95), simulated }];
    });
    return pairs.length === 0 ? null : average(pairs);
  };
  const given = ({ reference }: BothRuns) => countOf(reference, 'givenUp');
  return {
    chatFirstTokenP95: p95('chat', 'chat'),
    runFirstTokenP95: p95('run', 'workflow'),
    served: averaged((run) => ({
      reference: run.summary.requests - given(run),
      simulated: run.summary.requests - run.summary.failedRequests,
    })),
    givenUp: averaged((run) => ({ reference: given(run), simulated: run.summary.failedRequests })),
    apiSeconds: averaged(({ reference, api }) => ({
      reference: mean(reference.apiBusyRatio),
      simulated: mean(api),
    })),
    workerSeconds: averaged(({ reference, worker }) => ({
      reference: mean(reference.workerBusyRatio),
      simulated: mean(worker),
    })),
    workers: averaged(({ reference, workers }) => pairOf(mean, reference.workerReplicas, workers)),
    queuedMean: averaged(({ reference, queued }) => pairOf(mean, reference.queued, queued)),
    queuedPeak: averaged(({ reference, queued }) => pairOf(mostOf, reference.queued, queued)),
    clientsMean: averaged(({ reference, clients }) => pairOf(mean, reference.clients, clients)),
    clientsPeak: averaged(({ reference, clients }) => pairOf(mostOf, reference.clients, clients)),
  };
}

function pairOf(
  value: (values: readonly number[]) => number,
  reference: readonly number[],
  simulated: readonly number[],
): Pair {
  return { reference: value(reference), simulated: value(simulated) };
}

const mostOf = (values: readonly number[]) => Math.max(0, ...values);

function servedOf({ samples }: ReferenceResult, kind: ReferenceSample['kind']): number[] {
  return samples.flatMap((sample) =>
    sample.kind === kind && sample.outcome === 'served' ? (sample.firstTokenSeconds ?? []) : [],
  );
}

function countOf({ samples }: ReferenceResult, outcome: ReferenceSample['outcome']): number {
  return samples.filter((sample) => sample.outcome === outcome).length;
}

type BothRuns = ReturnType<typeof runBoth>;

/** Both simulators over the same arrivals. */
export function runBoth(template: GiveUpCase['template'], seed: number) {
  const { reference, summary, series } = tellBoth(template, seed);
  const { api, worker } = series?.components ?? {};
  const inFlight = Object.values(series?.inFlight ?? {});
  return {
    reference,
    summary,
    api: [...(api?.cpuUsageRatio ?? [])],
    worker: [...(worker?.cpuUsageRatio ?? [])],
    workers: [...(worker?.readyReplicas ?? [])],
    queued: [...(series?.queueDepth ?? [])],
    clients: reference.clients.map((_, at) => inFlight.reduce((sum, column) => sum + (column[at] ?? 0), 0)),
  };
}
