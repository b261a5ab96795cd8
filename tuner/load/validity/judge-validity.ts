import type { Validity, ValidityCheck } from '../../contracts/validity.ts';
import { clusterChecks } from './cluster-checks.ts';
import { gapChecks } from './gap-checks.ts';
import { generatorChecks } from './generator-checks.ts';
import { loadChecks } from './load-checks.ts';
import { runnerChecks } from './runner-checks.ts';
import type { ValidityInput } from './validity-input.ts';

const checksOf = ({ runners }: ValidityInput) => [
  ...loadChecks,
  ...(runners === null ? generatorChecks : runnerChecks(runners)),
  ...clusterChecks,
  ...gapChecks,
];

/**
 * Was this run fit to learn from.
 *
 * @returns `invalid` when a check that invalidates failed; `doubtful` when another failed, or when one that would
 * invalidate could not be judged
 */
export function judgeValidity(input: ValidityInput): Validity {
  const judged = checksOf(input).map((check) => check(input));
  return { schemaVersion: 1, verdict: verdictOf(judged), checks: judged };
}

function verdictOf(judged: readonly ValidityCheck[]): Validity['verdict'] {
  const severities = (isPassed: boolean | null) =>
    judged.filter((check) => check.isPassed === isPassed).map(({ severity }) => severity);
  if (severities(false).includes('invalidates')) return 'invalid';
  return severities(false).length > 0 || severities(null).includes('invalidates') ? 'doubtful' : 'valid';
}
