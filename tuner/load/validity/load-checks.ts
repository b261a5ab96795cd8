import {
  atMost,
  type Check,
  cannotJudge,
  type LoadView,
  percent,
  type ValidityInput,
} from './validity-input.ts';

function total(load: LoadView, metric: string, isCounted: (outcome: string) => boolean = () => true): number {
  let sum = 0;
  for (const series of load.find(metric)) {
    if (!isCounted(series.tags.outcome)) continue;
    for (let second = 0; second < load.durationSeconds; second++) sum += series.sums.at(second);
  }
  return sum;
}

/** The share of finished requests that ended in one of some ways. */
function outcomeRatio({ load }: ValidityInput, isCounted: (outcome: string) => boolean) {
  const requests = total(load, 'requests');
  return { requests, matching: total(load, 'requests', isCounted) };
}

const requestsMade: Check = (input) => {
  const judged = { id: 'requests-made', unit: '', severity: 'invalidates', limit: 0 } as const;
  const requests = total(input.load, 'requests');
  return {
    ...judged,
    limit: null,
    isPassed: requests > 0,
    value: requests,
    because:
      requests > 0 ? `${requests} requests ended` : 'no request ended: k6 never got an answer of any kind',
  };
};

const loadComplete: Check = ({ load }) => ({
  id: 'load-complete',
  isPassed: load.isComplete,
  value: null,
  limit: null,
  unit: '',
  because: load.isComplete
    ? 'k6 ended in order'
    : 'load.ndjson has no end: k6 was killed, or is still running',
  severity: 'weakens',
});

/** Arrivals that were due and never sent: the load was not the one that the plan and the advice speak of. */
const droppedIterations: Check = ({ load }) => {
  const judged = { id: 'dropped-iterations', unit: 'ratio', severity: 'invalidates', limit: 0.01 } as const;
  const dropped = total(load, 'dropped_iterations');
  const due = dropped + total(load, 'requests_started');
  if (due === 0) return cannotJudge(judged, 'no arrival was due');
  return atMost(judged, dropped / due, `${dropped} of ${due} arrivals were dropped for want of a free VU`);
};

const vuCeiling: Check = ({ load, plan }) => {
  const judged = { id: 'vu-ceiling', unit: 'ratio', severity: 'weakens', limit: 0.95 } as const;
  const ceiling = plan.scenarios.reduce((sum, { maxVUs }) => sum + maxVUs, 0);
  const used = Math.max(0, ...load.find('vus').map((series) => highest(load, series.lasts)));
  if (load.find('vus').length === 0) return cannotJudge(judged, 'load.ndjson holds no vus');
  return atMost(judged, used / ceiling, `${used} of at most ${ceiling} VUs were in use`);
};

function highest({ durationSeconds }: LoadView, column: { at(second: number): number }): number {
  let found = 0;
  for (let second = 0; second < durationSeconds; second++) found = Math.max(found, column.at(second));
  return found;
}

/** How late the generator itself was; it is part of every latency measured from the intended start. */
const schedulingDelay: Check = ({ load }) => {
  const judged = { id: 'scheduling-delay', unit: 'ms', severity: 'invalidates', limit: 250 } as const;
  const histogram = load.histogram('scheduling_delay_ms', { from: 0, to: load.durationSeconds });
  let count = 0;
  for (const { counts } of load.find('scheduling_delay_ms')) {
    for (let second = 0; second < load.durationSeconds; second++) count += counts.at(second);
  }
  if (count === 0) return cannotJudge(judged, 'load.ndjson holds no scheduling_delay_ms');
  // Starts on time have no bin: they fill the ranks below the histogram.
  const rank = Math.ceil(0.99 * count) - (count - histogram.count);
  const p99 = rank <= 0 ? 0 : (histogram.quantile(rank / histogram.count) ?? 0);
  return atMost(
    judged,
    Math.round(p99 * 10) / 10,
    `99 of 100 arrivals began at most ${p99.toFixed(1)} ms late`,
  );
};

const keysRejected: Check = (input) => {
  const judged = { id: 'keys-rejected', unit: 'ratio', severity: 'invalidates', limit: 0.01 } as const;
  const { requests, matching } = outcomeRatio(input, (outcome) => /^http_40[13]\b/.test(outcome));
  if (requests === 0) return cannotJudge(judged, 'no request ended');
  return atMost(
    judged,
    matching / requests,
    `Dify refused the API key of ${matching} of ${requests} requests`,
  );
};

/** Dify passes on a provider's limits under several names. */
const throttling =
  /^(llm_throttled|http_429|http_400:provider_quota|stream_error:.*(quota|rate_limit|too_many|429))/;

const llmThrottled: Check = (input) => {
  const judged = { id: 'llm-throttled', unit: 'ratio', severity: 'invalidates', limit: 0.01 } as const;
  const { requests, matching } = outcomeRatio(input, (outcome) => throttling.test(outcome));
  if (requests === 0) return cannotJudge(judged, 'no request ended');
  return atMost(
    judged,
    matching / requests,
    `${percent(matching / requests)} of the requests met a rate limit, of the LLM or in front of Dify`,
  );
};

/** Behind a proxy that holds answers back, the time of the first token is that of the last one. */
const streamsBuffered: Check = (input) => {
  const judged = { id: 'streams-buffered', unit: 'ratio', severity: 'invalidates', limit: 0.01 } as const;
  const { requests, matching } = outcomeRatio(input, (outcome) => outcome === 'buffered');
  if (requests === 0) return cannotJudge(judged, 'no request ended');
  return atMost(
    judged,
    matching / requests,
    matching === 0
      ? 'no answer was seen to be held back on its way'
      : `${percent(matching / requests)} of the answers came all at once, although Dify had sent them bit by bit`,
  );
};

export const loadChecks: readonly Check[] = [
  requestsMade,
  loadComplete,
  droppedIterations,
  vuCeiling,
  schedulingDelay,
  keysRejected,
  llmThrottled,
  streamsBuffered,
];
