import { create } from 'xmlbuilder2';
import { modelMismatch } from '../tuner/contracts/model-mismatch.ts';
import type { ReportInput } from './report-input.ts';

interface TestCase {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly message: string;
}
interface TestSuite {
  readonly name: string;
  readonly cases: readonly TestCase[];
}

/**
 * A run as JUnit XML: validity checks, the load's objectives and the controller replay as test cases.
 *
 * JUnit knows no warning: a failed check that only weakens the run is skipped with its reason, like one that
 * could not be judged, since neither fails the command.
 */
export function renderJunit(input: Pick<ReportInput, 'run' | 'validity' | 'verdict'>): string {
  const suites = [validitySuite(input), objectivesSuite(input), replaySuite(input)];
  const root = create({ version: '1.0', encoding: 'UTF-8', invalidCharReplacement: '\uFFFD' }).ele(
    'testsuites',
    {
      name: `tune ${input.run.targetName}`,
      ...counts(suites.flatMap(({ cases }) => cases)),
    },
  );
  for (const { name, cases } of suites) {
    const suite = root.ele('testsuite', { name, timestamp: input.run.startAt, ...counts(cases) });
    for (const { name: caseName, outcome, message } of cases) {
      const element = suite.ele('testcase', {
        classname: `tune.${input.run.targetName}.${name}`,
        name: caseName,
      });
      if (outcome === 'failed') element.ele('failure', { message, type: name }).txt(message);
      if (outcome === 'skipped') element.ele('skipped', { message });
      if (outcome === 'passed' && message !== '') element.ele('system-out').txt(message);
    }
  }
  return `${root.end({ prettyPrint: true })}\n`;
}

function counts(cases: readonly TestCase[]): Record<string, number> {
  const of = (outcome: TestCase['outcome']) => cases.filter((one) => one.outcome === outcome).length;
  return { tests: cases.length, failures: of('failed'), errors: 0, skipped: of('skipped') };
}

function validitySuite({ validity }: Pick<ReportInput, 'validity'>): TestSuite {
  const cases = (validity?.checks ?? []).map(
    ({ id, isPassed, severity, because, value, limit, unit }): TestCase => {
      const judged = value === null ? '' : ` (${value} ${unit}, limit ${limit ?? 'none'})`;
      if (isPassed === null) return { name: id, outcome: 'skipped', message: `not judged: ${because}` };
      if (isPassed) return { name: id, outcome: 'passed', message: `${because}${judged}` };
      const weakens = severity === 'weakens';
      return {
        name: id,
        outcome: weakens ? 'skipped' : 'failed',
        message: `${weakens ? 'weakens' : 'invalidates'} the run: ${because}${judged}`,
      };
    },
  );
  return { name: 'validity', cases: validity === null ? [notReached('validity')] : cases };
}

function objectivesSuite({ verdict }: Pick<ReportInput, 'verdict'>): TestSuite {
  const cases = (verdict?.objectives ?? []).map(({ id, unit, limit, measured, isMet }): TestCase => {
    if (isMet === null) return { name: id, outcome: 'skipped', message: 'not measured in this run' };
    const message = `measured ${measured} ${unit}, limit ${limit} ${unit}`;
    return { name: id, outcome: isMet ? 'passed' : 'failed', message };
  });
  return { name: 'objectives', cases: verdict === null ? [notReached('objectives')] : cases };
}

function replaySuite({ verdict }: Pick<ReportInput, 'verdict'>): TestSuite {
  const cases = (verdict?.replay ?? []).map(({ hpaName, syncs, mismatches, examples }): TestCase => {
    const name = `HPA model equals the controller: ${hpaName}`;
    if (syncs === 0) return { name, outcome: 'skipped', message: 'no sync was recorded' };
    const differing = examples.map(
      ({ atSeconds, recordedDesired, modelDesired, note }) =>
        `at ${atSeconds} s the controller set ${recordedDesired}, the model ${modelDesired}: ${note}`,
    );
    const count = `${mismatches} of ${syncs} syncs differ`;
    if (mismatches === 0) return { name, outcome: 'passed', message: count };
    return {
      name,
      outcome: 'failed',
      message: [count, ...differing, modelMismatch.meaning, ...modelMismatch.next].join('\n'),
    };
  });
  return { name: 'replay', cases: verdict === null ? [notReached('replay')] : cases };
}

function notReached(name: string): TestCase {
  return { name, outcome: 'skipped', message: 'the run ended before this was judged' };
}
