import { describe, expect, it } from 'vitest';
import type { ClusterSample } from '../../contracts/cluster-sample.ts';
import { binIndex } from '../../contracts/load-buckets.ts';
import { validitySchema } from '../../contracts/validity.ts';
import { readLoad } from '../../derive/read-load.ts';
import { judgeValidity } from './judge-validity.ts';
import {
  gap,
  healthy,
  hpa,
  idle,
  later,
  plan,
  pod,
  pods,
  queue,
  scale,
  second,
  template,
  usage,
} from './testing/recorded-lines.ts';
import type { LoadView, ValidityInput } from './validity-input.ts';

const startAt = '2026-11-22T21:00:00.000Z';

interface LoadFacts {
  readonly started?: number;
  readonly dropped?: number;
  readonly vus?: number;
  readonly isComplete?: boolean;
  readonly outcomes?: Record<string, number>;
  /** ms → arrivals; 0 is on time. */
  readonly delays?: Record<number, number>;
}

/** A load.ndjson of one second, read by the reader that the pipeline uses. */
function loadOf(facts: LoadFacts): Promise<LoadView> {
  const lines: object[] = [{ type: 'header', schemaVersion: 1, startAt }];
  const values: object[] = [];
  const add = (metric: string, value: object, outcome = '') => {
    lines.push({ type: 'series', id: values.length, metric, scenario: 'chat', endpoint: '', outcome });
    values.push({ id: values.length, count: 1, ...value });
  };
  add('requests_started', { sum: facts.started ?? 1000 });
  if (facts.dropped !== undefined) add('dropped_iterations', { sum: facts.dropped });
  add('vus', { last: facts.vus ?? 10 });
  for (const [outcome, sum] of Object.entries(facts.outcomes ?? { ok: 1000 }))
    add('requests', { sum }, outcome);
  const delays = Object.entries(facts.delays ?? { 0: 1000 });
  add('scheduling_delay_ms', {
    count: delays.reduce((sum, [, count]) => sum + count, 0),
    bins: delays.flatMap(([ms, count]) => (Number(ms) > 0 ? [binIndex(Number(ms)), count] : [])),
  });
  lines.push({ type: 'bucket', atSeconds: 10, values });
  if (facts.isComplete !== false) lines.push({ type: 'footer' });
  return readLoad(
    lines.map((line) => JSON.stringify(line)),
    startAt,
    'load.ndjson',
  );
}

async function judge(facts: LoadFacts = {}, fields: Partial<ValidityInput> = {}) {
  const validity = judgeValidity({
    load: await loadOf(facts),
    plan,
    samples: healthy(),
    events: [],
    generator: idle,
    runners: null,
    runnerUsage: [],
    loadStartSeconds: 10,
    loadEndSeconds: 110,
    clockSkewSeconds: 0.2,
    ...fields,
  });
  expect(validitySchema.parse(validity)).toEqual(validity);
  const check = (id: string) => {
    const found = validity.checks.find((each) => each.id === id);
    if (found === undefined) throw new Error(`no check ${id}`);
    return found;
  };
  return { verdict: validity.verdict, check, checks: validity.checks };
}

describe('a run without faults', () => {
  it('is valid, and every check says what it saw', async () => {
    const { verdict, checks } = await judge();
    expect(checks.filter(({ isPassed }) => isPassed !== true)).toEqual([]);
    expect(checks.filter(({ because }) => because === '')).toEqual([]);
    expect(verdict).toBe('valid');
  });
});

describe('a run is invalid', () => {
  it.each([
    {
      name: 'when 2 % of the arrivals were dropped',
      facts: { started: 980, dropped: 20 },
      id: 'dropped-iterations',
      value: 0.02,
    },
    { name: 'when nobody answered', facts: { outcomes: {} }, id: 'requests-made', value: 0 },
    {
      name: 'when the keys were refused',
      facts: { outcomes: { ok: 900, http_401: 100 } },
      id: 'keys-rejected',
      value: 0.1,
    },
    {
      name: 'when the LLM throttled',
      facts: { outcomes: { ok: 950, http_429: 20, 'stream_error:provider_quota_exceeded': 30 } },
      id: 'llm-throttled',
      value: 0.05,
    },
    {
      name: 'when the LLM throttled within streams',
      facts: { outcomes: { ok: 970, llm_throttled: 30 } },
      id: 'llm-throttled',
      value: 0.03,
    },
    {
      name: 'when a proxy held answers back',
      facts: { outcomes: { ok: 900, buffered: 100 } },
      id: 'streams-buffered',
      value: 0.1,
    },
    // 980 on time and 20 a second late: the 99th percentile lies among the late ones.
    {
      name: 'when arrivals began late',
      facts: { delays: { 0: 980, 1000: 20 } },
      id: 'scheduling-delay',
      value: 1000,
    },
  ])('$name', async ({ facts, id, value }) => {
    const { verdict, check } = await judge(facts as LoadFacts);
    expect(verdict).toBe('invalid');
    expect(check(id).isPassed).toBe(false);
    const { value: seen } = check(id);
    expect(Math.abs((seen ?? Number.NaN) - value)).toBeLessThanOrEqual(value * 0.01);
  });

  it.each([
    {
      name: 'when a pod waited 45 s for a node',
      samples: [
        pods(20, pod({ phase: 'Pending', node: null, createdAtSeconds: 20 })),
        pods(65, pod({ phase: 'Pending', node: null, createdAtSeconds: 20 })),
      ],
      id: 'pods-pending',
      value: 45,
    },
    { name: 'when the image changed', samples: [template(50, 'dify:2')], id: 'template-changed', value: 1 },
    { name: 'when the HPA changed', samples: [hpa(50, { maxReplicas: 9 })], id: 'hpa-changed', value: 1 },
    {
      name: 'when a container was restarted',
      samples: [pods(50, pod({ restarts: 2 }))],
      id: 'restarts',
      value: 2,
    },
    {
      name: 'when the HPA was not seen for a fifth of the load',
      samples: [gap('hpa', 50, null), gap('hpa', 50, 70)],
      id: 'sampler-gaps',
      value: 0.2,
    },
  ])('$name', async ({ samples, id, value }) => {
    const { verdict, check } = await judge({}, { samples: [...healthy(), ...samples] });
    expect(check(id)).toMatchObject({ isPassed: false, value });
    expect(verdict).toBe('invalid');
  });

  it('when the metrics stood still: reads that repeat an old timestamp are no samples', async () => {
    const samples: ClusterSample[] = healthy().filter(({ type }) => type !== 'usage');
    samples.push(usage(12, 9), usage(30, 9), usage(60, 9), usage(100, 97));
    const { verdict, check } = await judge({}, { samples });
    expect(check('metrics-stale')).toMatchObject({ isPassed: false, value: 88 });
    expect(verdict).toBe('invalid');
  });

  it('when k6 itself filled the host', async () => {
    const generator = idle.map(({ atSeconds }) => second(atSeconds, atSeconds < 40 ? 0.99 : 0.5, 1.6));
    const { verdict, check } = await judge({}, { generator });
    // Seconds 10 to 110 are 101 samples, 30 of them full; k6 used 1.6 of 2 cores.
    expect(check('generator-cpu').value).toBeCloseTo(30 / 101, 9);
    expect(check('generator-cpu')).toMatchObject({ isPassed: false, severity: 'invalidates' });
    expect(verdict).toBe('invalid');
  });
});

describe('a run is doubtful', () => {
  it('when others filled the host of the generator', async () => {
    const generator = idle.map(({ atSeconds }) => second(atSeconds, 0.99, 0.2));
    const { verdict, check } = await judge({}, { generator });
    expect(check('generator-cpu')).toMatchObject({ isPassed: false, severity: 'weakens' });
    expect(verdict).toBe('doubtful');
  });

  it.each([
    { name: 'when nearly all VUs were in use', facts: { vus: 99 }, id: 'vu-ceiling' },
    { name: 'when k6 was killed', facts: { isComplete: false }, id: 'load-complete' },
  ])('$name', async ({ facts, id }) => {
    const { verdict, check } = await judge(facts);
    expect(check(id).isPassed).toBe(false);
    expect(verdict).toBe('doubtful');
  });

  it('when the generator ran out of ports: those of connections that just ended count', async () => {
    const crowded = { tcpSocketsInUse: 4_000, tcpTimeWait: 20_000 };
    const generator = idle.map((each) => ({ ...each, ...(each.atSeconds === 60 ? crowded : {}) }));
    const { verdict, check } = await judge({}, { generator });
    // 24,000 of 28,232
    expect(check('generator-ports').isPassed).toBe(false);
    expect(check('generator-ports').value).toBeCloseTo(0.85, 2);
    expect(check('generator-ports').because).toContain('20000 waiting');
    expect(verdict).toBe('doubtful');
  });

  it('when nearly all files that the generator may open were open', async () => {
    const generator = idle.map((each) => ({ ...each, k6OpenFiles: each.atSeconds === 60 ? 1_000 : 50 }));
    const { check } = await judge({}, { generator });
    expect(check('generator-open-files')).toMatchObject({ isPassed: false, severity: 'weakens' });
  });

  it('when the release was still starting', async () => {
    const starting: ClusterSample = { ...scale, atSeconds: 9, readyReplicas: 0 };
    const { verdict, check } = await judge({}, { samples: [...healthy(), starting] });
    expect(check('ready-at-start')).toMatchObject({ isPassed: false, value: 0 });
    expect(verdict).toBe('doubtful');
  });

  it('when others were using the target before', async () => {
    const { verdict, check } = await judge({}, { samples: [...healthy(), queue(6, 8)] });
    expect(check('other-load')).toMatchObject({ isPassed: false, value: 4 });
    expect(verdict).toBe('doubtful');
  });

  it('when what would invalidate it could not be judged', async () => {
    const samples = healthy().filter((sample) => sample.type !== 'pods');
    const { verdict, check } = await judge({}, { samples });
    expect(check('pods-pending')).toMatchObject({ isPassed: null, value: null });
    expect(verdict).toBe('doubtful');
  });
});

describe('a run is not blamed', () => {
  it('for what happened before its load', async () => {
    const before = [
      template(2, 'dify:0'),
      pods(1, pod({ restarts: 3 })),
      pods(2, pod({ phase: 'Pending', node: null, createdAtSeconds: -200 })),
      gap('hpa', -5, 3),
    ];
    const { verdict } = await judge({}, { samples: [...before, ...healthy().map(later)] });
    expect(verdict).toBe('valid');
  });

  it('for sockets that an older recording did not count', async () => {
    const generator = idle.map(({ tcpSocketsInUse, tcpTimeWait, ephemeralPorts, ...older }) => older);
    const { verdict, check } = await judge({}, { generator });
    expect(check('generator-ports').isPassed).toBeNull();
    expect(verdict).toBe('valid');
  });

  it('for side sources that a target may lack', async () => {
    const { verdict, check } = await judge(
      {},
      { samples: [...healthy(), gap('postgres', 0, null), gap('usage/web', 0, null)] },
    );
    expect(check('sampler-gaps').isPassed).toBe(true);
    expect(verdict).toBe('valid');
  });
});
