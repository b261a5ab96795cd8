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

  it('says how near the simulator comes to replicas and first tokens of the run, and what luck makes of them', () => {
    const [replicas] = verdict.calibration;
    if (replicas === undefined) throw new Error('the fixture was compared');
    const firstToken = {
      ...{
        quantity: 'chat timeToFirstTokenP95 of all requests',
        unit: 'ms',
        recorded: 12480,
        simulated: 13704,
      },
      ...{ simulatedLow: 12200, simulatedHigh: 15231, meanAbsoluteError: 1280 },
    };
    const queue = { ...replicas, quantity: 'queueDepth', unit: 'runs' };
    const text = resultText({
      ...parts,
      verdict: { ...verdict, calibration: [replicas, firstToken, queue] },
    });
    expect(text).toContain(
      'Simulator against the recording\n  api readyReplicas: 2.31 recorded, 2.40 simulated (2.20 to 2.60 by luck)',
    );
    expect(text).toContain(
      'chat timeToFirstTokenP95 of all requests: 12.48 recorded, 13.70 simulated (12.20 to 15.23 by luck) s',
    );
    expect(text).not.toContain('queueDepth');
  });

  it('says nothing of it where nothing was compared', () => {
    const text = resultText({ ...parts, verdict: { ...verdict, calibration: [] } });
    expect(text).not.toContain('Simulator against');
  });

  it('has one line for an HPA at which both are equal', () => {
    const replay = verdict.replay.filter(({ mismatches }) => mismatches === 0);
    expect(replay).not.toEqual([]);
    const text = resultText({ ...parts, verdict: { ...verdict, replay } });
    expect(text).toContain('my-dify-api: 0 of');
    expect(text).not.toContain('the controller set');
  });
});
