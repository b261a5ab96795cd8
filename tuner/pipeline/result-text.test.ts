import { describe, expect, it } from 'vitest';
import { makeRun } from '../../reports/fixtures/make-run.ts';
import { resultText } from './result-text.ts';

describe('resultText', () => {
  const { evidence, advice, validity, verdict } = makeRun();
  if (evidence === null || advice === null || validity === null || verdict === null)
    throw new Error('the fixture is a whole run');
  const parts = { folder: 'run', evidence, advice, validity, verdict, overlay: null, report: 'report.html' };

  it('says of an HPA that the model differs, first when, what both set, and where to read on', () => {
    const text = resultText(parts);
    expect(text).toContain('my-dify-worker: 1 of');
    expect(text).toContain('first at 245 s: the controller set 3, the model 4 (');
    expect(text).toContain('What to do: the report, "Model against reality"');
  });

  it('has one line for an HPA at which both are equal', () => {
    const replay = verdict.replay.filter(({ mismatches }) => mismatches === 0);
    expect(replay).not.toEqual([]);
    const text = resultText({ ...parts, verdict: { ...verdict, replay } });
    expect(text).toContain('my-dify-api: 0 of');
    expect(text).not.toContain('the controller set');
  });
});
