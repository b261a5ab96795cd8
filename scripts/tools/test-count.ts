/** What a runner reports: how many tests passed and failed, and the names of those that failed. */
export interface TestCount {
  readonly passed: number;
  readonly failures: readonly string[];
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/**
 * Counts a run of vitest from its JSON report.
 *
 * A run that died, broke outside a test, or had no test at all is one failure: silence is no pass.
 *
 * @param report text of the report; null when vitest wrote none
 */
export function countVitest(report: string | null, exitCode: number | undefined): TestCount {
  if (report === null)
    return { passed: 0, failures: [`vitest ended with ${exitCode ?? 'a signal'} and no report`] };
  const { numPassedTests, testResults } = JSON.parse(report) as VitestReport;
  const failures = testResults.flatMap(({ name, status, assertionResults }) => {
    const failed = assertionResults.filter((test) => test.status === 'failed').map((test) => test.fullName);
    // A file that cannot be loaded fails without any test of it failing.
    return failed.length === 0 && status === 'failed'
      ? [`${name}: the file failed outside its tests`]
      : failed;
  });
  if (failures.length === 0 && exitCode !== 0) failures.push(`vitest ended with ${exitCode ?? 'a signal'}`);
  if (failures.length === 0 && numPassedTests === 0) failures.push('vitest found no test to run');
  return { passed: numPassedTests, failures };
}

interface GoTestEvent {
  readonly Action: string;
  readonly Package?: string;
  readonly Test?: string;
}

/**
 * Counts a run of `go test -json`; of nested tests only the innermost count.
 *
 * A package that fails without a failed test (it does not compile, it crashed) is one failure.
 */
export function countGoTest(output: string, exitCode: number | undefined): TestCount {
  const events = output.split('\n').flatMap(parseEvent);
  const ended = events.filter(({ Action }) => Action === 'pass' || Action === 'fail');
  const nameOf = ({ Package, Test }: GoTestEvent) => `${Package} ${Test}`;
  const tests = ended.filter(({ Test }) => Test !== undefined);
  const parents = new Set(tests.flatMap((test) => ancestorsOf(nameOf(test))));
  const leaves = tests.filter((test) => !parents.has(nameOf(test)) || test.Action === 'fail');
  const failures = leaves.filter(({ Action }) => Action === 'fail').map(nameOf);
  const blamed = new Set(tests.filter(({ Action }) => Action === 'fail').map(({ Package }) => Package));
  for (const { Action, Package, Test } of ended) {
    if (Test === undefined && Action === 'fail' && !blamed.has(Package))
      failures.push(`${Package}: failed outside its tests`);
  }
  const passed = leaves.filter(({ Action }) => Action === 'pass').length;
  if (failures.length === 0 && exitCode !== 0) failures.push(`go test ended with ${exitCode ?? 'a signal'}`);
  if (failures.length === 0 && passed === 0) failures.push('go test found no test to run');
  return {
    passed,
    failures: failures.filter((name) => !parents.has(name) || !hasFailedChild(name, failures)),
  };
}

function parseEvent(line: string): GoTestEvent[] {
  try {
    return [JSON.parse(line) as GoTestEvent];
  } catch {
    // Compiler messages come between the events.
    return [];
  }
}

/** @example ancestorsOf('pkg A/b/c') // ['pkg A', 'pkg A/b'] */
function ancestorsOf(name: string): string[] {
  const separator = name.indexOf(' ');
  const parts = name.slice(separator + 1).split('/');
  return parts
    .slice(1)
    .map((_, index) => `${name.slice(0, separator)} ${parts.slice(0, index + 1).join('/')}`);
}

function hasFailedChild(name: string, failures: readonly string[]): boolean {
  return failures.some((failure) => failure.startsWith(`${name}/`));
}
