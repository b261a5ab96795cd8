import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { makeRun, quickVariant } from '../fixtures/make-run.ts';
import { renderReport } from '../render-report.ts';
import type { ReportInput } from '../report-input.ts';
import { differingSources } from '../testing/differing-sources.ts';

function withOutcomes(counts: Readonly<Record<string, number>>): ReportInput {
  const input = makeRun(quickVariant);
  if (input.evidence === null) throw new Error('the fixture has evidence');
  const outcomes = Object.entries(counts).map(([outcome, count]) => ({
    requestClass: 'chat' as const,
    endpoint: 'chat-messages',
    outcome,
    count,
  }));
  return { ...input, evidence: { ...input.evidence, outcomes } };
}

function rows(input: ReportInput): string[][] {
  const { document } = parseHTML(renderReport(input));
  return [...document.querySelectorAll('#failures tbody tr')].map((row) =>
    [...row.querySelectorAll('th, td')].map((cell) => cell.textContent.trim()),
  );
}

describe('the table of failures', () => {
  const counts = { ok: 900, http_401: 3, stopped: 4, buffered: 41, llm_throttled: 7, dns_error: 1 };

  it('has a line for each class of failure, the most frequent first, with what it means and what to do', () => {
    const shown = rows(withOutcomes(counts));
    expect(shown.map(([outcome]) => outcome)).toEqual(['buffered', 'llm_throttled', 'http_401', 'dns_error']);
    expect(shown.map((cells) => cells[3])).toEqual(['41', '7', '3', '1']);
    expect(shown[0]?.[4]).toContain('holds the events back');
    expect(shown[2]?.[4]).toContain('refused the API key');
    for (const cells of shown) expect(cells[5]?.length, cells[0]).toBeGreaterThan(20);
  });

  it('shows numbers of the recorded files alone', () => {
    const input = withOutcomes(counts);
    expect(differingSources(parseHTML(renderReport(input)).document, input)).toEqual([]);
  });

  it('holds calls that are no runs of an app as well', () => {
    const input = withOutcomes({ ok: 3, cut: 1 });
    const otherCalls = [
      { requestClass: 'indexing' as const, endpoint: 'indexing', outcome: 'indexing_error', count: 2 },
      { requestClass: 'indexing' as const, endpoint: 'delete-document', outcome: 'ok', count: 9 },
    ];
    const evidence = input.evidence && { ...input.evidence, otherCalls };
    expect(rows({ ...input, evidence }).map(([outcome, , endpoint]) => [outcome, endpoint])).toEqual([
      ['indexing_error', 'indexing'],
      ['cut', 'chat-messages'],
    ]);
  });

  it('says so where it does not know a class', () => {
    expect(rows(withOutcomes({ from_the_future: 2 }))[0]?.[4]).toContain('does not know');
  });

  it('is left out where nothing failed', () => {
    const page = renderReport(withOutcomes({ ok: 10, stopped: 2 }));
    expect(page).not.toContain('id="failures"');
  });
});
