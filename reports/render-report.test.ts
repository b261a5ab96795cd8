import { createHash } from 'node:crypto';
import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { adviceSchema } from '../tuner/contracts/advice.ts';
import { evidenceSchema } from '../tuner/contracts/evidence.ts';
import { runSchema } from '../tuner/contracts/run.ts';
import { runEventSchema } from '../tuner/contracts/run-event.ts';
import { validitySchema } from '../tuner/contracts/validity.ts';
import { verdictSchema } from '../tuner/contracts/verdict.ts';
import type { ChartPage } from './chart.ts';
import { makeRun, quickVariant, soakVariant } from './fixtures/make-run.ts';
import { brokenOffRun, hostileRun, insufficientRun } from './fixtures/make-variants.ts';
import { renderReport } from './render-report.ts';
import type { ReportInput } from './report-input.ts';
import { differingSources } from './testing/differing-sources.ts';

const variants = {
  'a whole run': makeRun(quickVariant),
  'eight hours': makeRun(soakVariant),
  'a run that broke off': brokenOffRun(),
  'a run that taught too little': insufficientRun(),
};

function parse(page: string) {
  return parseHTML(page).document;
}

function chartData(page: string): ChartPage {
  return JSON.parse(parse(page).getElementById('charts')?.textContent ?? '') as ChartPage;
}

describe('fixtures', () => {
  it.each(Object.entries(variants))(
    'keep the contracts: %s',
    (_, { run, evidence, advice, verdict, validity, events }) => {
      runSchema.parse(run);
      evidenceSchema.nullable().parse(evidence);
      adviceSchema.nullable().parse(advice);
      verdictSchema.nullable().parse(verdict);
      validitySchema.nullable().parse(validity);
      runEventSchema.array().parse(events);
    },
  );
});

it('shows what became of documents and of calls that are no runs of apps', () => {
  const whole = makeRun(quickVariant);
  const of = { confidenceLevel: 0.95, method: 'x', sampleCount: 40 };
  const { evidence } = whole;
  if (evidence?.components.worker === undefined) throw new Error('the fixture has a worker');
  const { worker } = evidence.components;
  const cost = { ...worker.cpuMillisecondsPerRequest, indexing: { value: 141, low: 120, high: 160, ...of } };
  const input = {
    ...whole,
    evidence: {
      ...evidence,
      components: { ...evidence.components, worker: { ...worker, cpuMillisecondsPerRequest: cost } },
      otherCalls: [
        { requestClass: 'indexing' as const, endpoint: 'indexing', outcome: 'timed_out', count: 3 },
        { requestClass: 'chat' as const, endpoint: 'stop', outcome: 'ok', count: 17 },
      ],
      indexing: {
        documents: 41,
        timeToIndexedMs: { count: 38, mean: 2, min: 1, p05: 1, p50: 2345, p95: 3, p99: 4, max: 5 },
      },
    },
  };
  evidenceSchema.parse(input.evidence);
  const document = parse(renderReport(input));
  expect(differingSources(document, input)).toEqual([]);
  const text = document.getElementById('latency')?.textContent ?? '';
  expect(text).toContain('indexing: document searchable');
  expect(text).toMatch(/indexing\s*timed_out\s*3/);
  expect(document.getElementById('capacity')?.textContent).toContain('CPU per document');
});

it.each([
  { profile: { arrivalSpacing: 'random' }, said: 'at random, as users come (Poisson)' },
  { profile: { arrivalSpacing: 'even' }, said: 'at equal distances' },
  {
    profile: { shape: { replay: { traceFile: 'day.csv' } }, arrivalSpacing: 'random' },
    said: 'at the moments of day.csv',
  },
  { profile: { mix: { chat: 1 } }, said: 'not known' },
])('says how arrivals were spaced: $said', ({ profile, said }) => {
  const whole = makeRun(quickVariant);
  const input = { ...whole, run: { ...whole.run, profile } };
  const document = parse(renderReport(input));
  expect(differingSources(document, input)).toEqual([]);
  const fact = [...document.querySelectorAll('header dt')].find((term) => term.textContent === 'Arrivals');
  expect(fact?.nextElementSibling?.textContent).toContain(said);
  expect(document.getElementById('timeline')?.textContent).toContain(said);
});

it('says of the share of CPU before the first token whether it was assumed', () => {
  const text = parse(renderReport(makeRun(quickVariant))).getElementById('capacity')?.textContent ?? '';
  expect(text).toMatch(
    /CPU of chat before its first token\s*61 % \([\d.]+ % to [\d.]+ %\)\s*CPU of workflow/,
  );
  expect(text).toMatch(/CPU of workflow before its first token\s*50 % \([\d.]+ % to [\d.]+ %\) assumed/);
});

it('shows how far the draws of the simulated run lie apart, and where the recorded one is among them', () => {
  const text = parse(renderReport(makeRun(quickVariant))).getElementById('model')?.textContent ?? '';
  expect(text).toMatch(/api readyReplicas\s*2\.31\s*2\.4\d*\s*2\.2\d*\s*2\.6\d*\s*among them/);
  expect(text).toMatch(/queueDepth.*above them/);
  expect(text).toMatch(/worker readyReplicas.*below them/);
});

it('says where the HPA model differs from the controller, what that means and what to do, and else no word of it', () => {
  const whole = makeRun(quickVariant);
  const document = parse(renderReport(whole));
  expect(document.querySelector('.badges a[href="#model"]')?.textContent).toContain('HPA model differs');
  const model = document.getElementById('model')?.textContent ?? '';
  // At 245.2 s.
  expect(model).toMatch(/my-dify-worker\s*At\s*The controller set\s*The model\s*From what\s*4:05\s*3\s*4/);
  expect(model).toContain('is less certain than the intervals say');
  expect(model).toContain('Compare the flags of kube-controller-manager');
  if (whole.verdict === null) throw new Error('the fixture was judged');
  const replay = whole.verdict.replay.map((row) => ({
    ...row,
    mismatches: 0,
    mismatchRatio: 0,
    examples: [],
  }));
  const equal = parse(renderReport({ ...whole, verdict: { ...whole.verdict, replay } }));
  expect(equal.body.textContent).not.toMatch(/model differs|What to do:/);
});

describe.each(Object.entries(variants))('the page of %s', (_, input) => {
  const page = renderReport(input);
  const document = parse(page);

  it('shows no number that is not in the recorded files', () => {
    expect(differingSources(document, input)).toEqual([]);
  });

  it('draws no point that is not in the recorded files', () => {
    for (const { lines } of chartData(page).charts) {
      for (const { source, values, fromSeconds, stepSeconds } of lines) {
        const series = resolveSeries(input, source);
        const wrong = values.filter((value, index) => {
          if (value === null) return false;
          const from = (fromSeconds - series.fromSeconds + index * stepSeconds) / series.stepSeconds;
          const candidates = series.values.slice(from, from + stepSeconds / series.stepSeconds);
          return !candidates.some(
            (recorded) => recorded !== null && Math.abs(recorded - value) <= Math.abs(recorded) * 5e-5,
          );
        });
        expect(wrong, source).toEqual([]);
      }
    }
  });

  it('needs nothing from anywhere else', () => {
    const loading = [...document.querySelectorAll('[src], link, base, iframe, object, embed, form')];
    expect(loading.map((element) => element.outerHTML)).toEqual([]);
    const styles = [...document.querySelectorAll('style')].map((style) => style.textContent).join('');
    expect(styles).not.toMatch(/@import|url\(/);
    const links = [...document.querySelectorAll('a')].map((link) => link.getAttribute('href') ?? '');
    expect(links.filter((link) => !/^(#|[\w./%-]+$)/.test(link))).toEqual([]);
  });

  it('stays below 2 MB', () => {
    expect(Buffer.byteLength(page)).toBeLessThan(2_000_000);
  });

  it('can be read by ear and by keyboard', () => {
    expect(document.documentElement.getAttribute('lang')).toBe('en');
    expect(document.querySelectorAll('h1')).toHaveLength(1);
    for (const table of document.querySelectorAll('table')) {
      expect(table.querySelector('caption')?.textContent).not.toBe('');
      expect([...table.querySelectorAll('th')].every((head) => head.hasAttribute('scope'))).toBe(true);
    }
    for (const image of document.querySelectorAll('[role=img]')) {
      expect(image.getAttribute('aria-label')).not.toBe('');
    }
    const targets = [...document.querySelectorAll('a[href^="#"]')].map(
      (link) => link.getAttribute('href')?.slice(1) ?? '',
    );
    expect(targets.filter((id) => document.getElementById(id) === null)).toEqual([]);
  });

  it('lets only its own script run', () => {
    const script = [...document.querySelectorAll('script:not([type])')].map(
      (element) => element.textContent ?? '',
    );
    expect(script).toHaveLength(1);
    const policy = document.querySelector('meta[http-equiv]')?.getAttribute('content');
    expect(policy).toContain(
      `'sha256-${createHash('sha256')
        .update(script[0] ?? '')
        .digest('base64')}'`,
    );
  });
});

function resolveSeries(input: ReportInput, source: string) {
  const [file = '', pointer = ''] = source.split('#/');
  const root: unknown = file === 'evidence.json' ? input.evidence : input.advice;
  return pointer.split('/').reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], root) as {
    fromSeconds: number;
    stepSeconds: number;
    values: (number | null)[];
  };
}

describe('the page of hostile texts', () => {
  const payloads = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    '</script><svg onload=alert(1)>',
    '</style><!--',
    '</title><base href=//evil.example>',
    'javascript:alert(1)//',
    '&lt;b&gt;`{alert(1)}',
  ];
  const elements = (document: Document) => {
    const counts: Record<string, number> = {};
    for (const { localName } of document.querySelectorAll('*'))
      counts[localName] = (counts[localName] ?? 0) + 1;
    // A place where a long path may break follows each dot, whoever wrote the dot.
    delete counts.wbr;
    return counts;
  };
  const harmless = elements(parse(renderReport(hostileRun('harmless '))));

  it.each(payloads)('holds the same elements as that of harmless ones: %s', (payload) => {
    const document = parse(renderReport(hostileRun(payload)));
    expect(elements(document)).toEqual(harmless);
    const live = [...document.querySelectorAll('*')]
      .flatMap((element) => [...element.attributes])
      .filter(({ name, value }) => name.startsWith('on') || (name === 'href' && /^\s*\w+:/.test(value)));
    expect(live.map(({ name, value }) => `${name}=${value}`)).toEqual([]);
    expect(document.querySelector('h1')?.textContent).toBe(`${payload}staging`);
  });
});

describe('what is not known', () => {
  it('is a dash with a name for readers, never a 0', () => {
    const document = parse(renderReport(insufficientRun()));
    const slots = document.querySelector('[data-source="evidence.json#/components/api/slotsPerReplica"]');
    expect(slots?.querySelector('[aria-hidden]')?.textContent).toBe('–');
    expect(slots?.querySelector('.for-readers')?.textContent).toBe('not known');
  });

  it('leaves out a chart without a single value instead of drawing a line at 0', () => {
    const charts = chartData(renderReport(insufficientRun())).charts.map(({ id }) => id);
    expect(charts).toEqual(['errors']);
  });

  it('is said of a run that broke off: how it ended, and that there is no recommendation', () => {
    const sentence = parse(renderReport(brokenOffRun()))
      .querySelector('.verdict')
      ?.textContent?.replaceAll(/\s+/g, ' ');
    expect(sentence).toContain('No recommendation was reached: the run is failed (TARGET_UNREACHABLE).');
  });

  it('includes the proof of an overlay that nobody rendered', () => {
    const overlay = parse(renderReport(hostileRun(''))).getElementById('overlay')?.textContent;
    expect(overlay).toContain('Not proved by rendering: nobody rendered it.');
  });
});

describe('the numbers of the marks', () => {
  it('are those of the events list', () => {
    const page = renderReport(variants['a whole run']);
    const listed = [...parse(page).querySelectorAll('#events > div:first-of-type tbody tr')].map((row) => [
      Number(row.querySelector('.position')?.textContent),
      Number(row.querySelector('[data-format=clock]')?.getAttribute('value')),
    ]);
    const drawn = chartData(page)
      .marks.filter(({ number }) => number !== null)
      .map(({ number, atSeconds }) => [number, atSeconds]);
    expect(drawn.length).toBeGreaterThan(3);
    expect(drawn).toEqual(listed);
  });
});
