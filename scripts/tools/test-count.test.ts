import { describe, expect, it } from 'vitest';
import { countGoTest, countVitest } from './test-count.ts';

const file = (status: string, tests: readonly string[]) => ({
  name: '/checkout/a.test.ts',
  status,
  assertionResults: tests.map((result, index) => ({ status: result, fullName: `test ${index}` })),
});
const report = (numPassedTests: number, ...testResults: unknown[]) =>
  JSON.stringify({ numPassedTests, testResults });

describe('countVitest', () => {
  it.each([
    {
      name: 'all passed',
      text: report(2, file('passed', ['passed', 'passed'])),
      exit: 0,
      passed: 2,
      failures: [],
    },
    {
      name: 'one failed',
      text: report(1, file('failed', ['passed', 'failed'])),
      exit: 1,
      passed: 1,
      failures: ['test 1'],
    },
    {
      name: 'a file did not load',
      text: report(1, file('passed', ['passed']), file('failed', [])),
      exit: 1,
      passed: 1,
      failures: ['/checkout/a.test.ts: the file failed outside its tests'],
    },
    {
      name: 'it died without a report',
      text: null,
      exit: undefined,
      passed: 0,
      failures: ['vitest ended with a signal and no report'],
    },
    {
      name: 'an error came after the tests',
      text: report(1, file('passed', ['passed'])),
      exit: 1,
      passed: 1,
      failures: ['vitest ended with 1'],
    },
    {
      name: 'there was nothing to run',
      text: report(0),
      exit: 0,
      passed: 0,
      failures: ['vitest found no test to run'],
    },
    {
      name: 'all were skipped',
      text: report(0, file('passed', ['pending'])),
      exit: 0,
      passed: 0,
      failures: ['vitest found no test to run'],
    },
  ])('when $name', ({ text, exit, passed, failures }) => {
    expect(countVitest(text, exit)).toEqual({ passed, failures });
  });
});

/** Events as `go test -json` writes them, Test left out for a package. */
function events(...lines: readonly [action: string, pkg: string, test?: string][]): string {
  return lines
    .map(([Action, Package, Test]) => JSON.stringify({ Action, Package, ...(Test ? { Test } : {}) }))
    .join('\n');
}

describe('countGoTest', () => {
  it.each([
    {
      name: 'nested tests: the innermost count',
      text: events(
        ['pass', 'p', 'TestA/x'],
        ['pass', 'p', 'TestA/y'],
        ['pass', 'p', 'TestA'],
        ['pass', 'p', 'TestB'],
        ['pass', 'p'],
      ),
      exit: 0,
      passed: 3,
      failures: [],
    },
    {
      name: 'a nested failure: once, by its full name',
      text: events(['fail', 'p', 'TestA/x'], ['pass', 'p', 'TestA/y'], ['fail', 'p', 'TestA'], ['fail', 'p']),
      exit: 1,
      passed: 1,
      failures: ['p TestA/x'],
    },
    {
      name: 'a test that fails outside its nested ones',
      text: events(['pass', 'p', 'TestA/x'], ['fail', 'p', 'TestA'], ['fail', 'p']),
      exit: 1,
      passed: 1,
      failures: ['p TestA'],
    },
    {
      name: 'a package that does not compile',
      text: `# p\nx.go:1: syntax error\n${events(['fail', 'p'], ['pass', 'q', 'TestB'], ['pass', 'q'])}`,
      exit: 1,
      passed: 1,
      failures: ['p: failed outside its tests'],
    },
    {
      name: 'no output at all',
      text: '',
      exit: undefined,
      passed: 0,
      failures: ['go test ended with a signal'],
    },
    {
      name: 'no tests',
      text: events(['skip', 'p']),
      exit: 0,
      passed: 0,
      failures: ['go test found no test to run'],
    },
  ])('$name', ({ text, exit, passed, failures }) => {
    expect(countGoTest(text, exit)).toEqual({ passed, failures });
  });
});
