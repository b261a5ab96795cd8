import type { Advice } from '../contracts/advice.ts';
import type { Evidence } from '../contracts/evidence.ts';
import { exitCodes, TuneError } from '../errors.ts';
import type { AdviseOptions } from './options.ts';

/** Settings for the demand that is coming, with reasons, from what one recording taught. */
export async function advise(evidence: Evidence, _options: AdviseOptions): Promise<Advice> {
  throw new TuneError({
    code: 'NOT_BUILT_YET',
    message: `no advice can be given on run ${evidence.runId} yet`,
    why: 'the search over settings is being written',
    next: 'use a later commit',
    exitCode: exitCodes.bug,
  });
}
