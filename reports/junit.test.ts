import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { describe, expect, it } from 'vitest';
import { makeRun } from './fixtures/make-run.ts';
import { brokenOffRun, hostileRun } from './fixtures/make-variants.ts';
import { renderJunit } from './junit.ts';

interface Case {
  name: string;
  outcome: string;
  text: string;
}

/** A strict parser: it throws where the XML is not well-formed. */
function parse(xml: string): { suites: SaxesTagPlain[]; cases: Case[] } {
  const parser = new SaxesParser();
  const suites: SaxesTagPlain[] = [];
  const cases: Case[] = [];
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', (tag) => {
    if (tag.name === 'testsuite' || tag.name === 'testsuites') suites.push(tag as SaxesTagPlain);
    const current = cases.at(-1);
    if (tag.name === 'testcase')
      cases.push({ name: String(tag.attributes.name), outcome: 'passed', text: '' });
    else if (current && ['failure', 'skipped'].includes(tag.name)) {
      current.outcome = tag.name;
      current.text = String(tag.attributes.message);
    }
  });
  parser.write(xml).close();
  return { suites, cases };
}

describe('renderJunit', () => {
  const { suites, cases } = parse(renderJunit(makeRun()));
  const find = (name: string) => cases.find((one) => one.name === name);

  it('fails an objective that was missed, with both numbers', () => {
    expect(find('time-to-first-token-p95')).toEqual({
      name: 'time-to-first-token-p95',
      outcome: 'failure',
      text: 'measured 4.21 s, limit 3 s',
    });
    expect(find('queue-wait-p95')?.outcome).toBe('passed');
  });

  it('skips what only weakens the run or could not be judged, and says which', () => {
    expect(find('metrics-stale')?.outcome).toBe('skipped');
    expect(find('metrics-stale')?.text).toMatch(/^weakens the run: /);
    expect(find('llm-throttled')?.text).toMatch(/^not judged: /);
  });

  it('fails a replay that differs from the controller in a single sync, with when, how, and what to do', () => {
    expect(find('HPA model equals the controller: my-dify-api')?.outcome).toBe('passed');
    const worker = find('HPA model equals the controller: my-dify-worker');
    expect(worker?.outcome).toBe('failure');
    expect(worker?.text).toContain('at 245.2 s the controller set 3, the model 4: ');
    expect(worker?.text).toContain('Compare the flags of kube-controller-manager');
  });

  it('counts what it lists', () => {
    const total = suites.find(({ name }) => name === 'testsuites')?.attributes;
    expect(Number(total?.tests)).toBe(cases.length);
    expect(Number(total?.failures)).toBe(cases.filter(({ outcome }) => outcome === 'failure').length);
    expect(Number(total?.skipped)).toBe(cases.filter(({ outcome }) => outcome === 'skipped').length);
    const sum = suites
      .filter(({ name }) => name === 'testsuite')
      .map(({ attributes }) => Number(attributes.tests));
    expect(sum.reduce((a, b) => a + b, 0)).toBe(cases.length);
  });

  it('says of a run that broke off that nothing was judged', () => {
    const broken = parse(renderJunit(brokenOffRun()));
    expect(broken.cases.map(({ outcome }) => outcome)).toEqual(['skipped', 'skipped', 'skipped']);
  });

  it.each(['<&>"\']]>', 'a\u0000b\u0008c\uFFFF', '\uD800', '-->'])(
    'stays well-formed around %j',
    (payload) => {
      expect(parse(renderJunit(hostileRun(payload))).cases).toHaveLength(cases.length);
    },
  );
});
