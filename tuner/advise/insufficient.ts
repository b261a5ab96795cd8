import type { Advice, SettingAdvice } from '../contracts/advice.ts';
import type { Evidence } from '../contracts/evidence.ts';
import { componentsOf, type MissingEvidence } from '../simulate/model-from-evidence.ts';
import { averaged } from './timelines.ts';

/** The advice that none can be given, with what would have to be known. */
export function insufficientAdvice(
  evidence: Evidence,
  missing: readonly MissingEvidence[],
  search: { readonly seed: number; readonly elapsedSeconds: number },
): Advice {
  return {
    schemaVersion: 1,
    runId: evidence.runId,
    verdict: 'insufficientEvidence',
    summary: `Nothing can be recommended from this run: ${missing.map(({ reason }) => reason).join('; ')}.`,
    demand: {
      description: 'none was simulated',
      durationSeconds: 0,
      peakArrivalsPerSecond: 0,
      arrivalsPerSecond: averaged([], 5),
    },
    settings: componentsOf(evidence).flatMap(([name]) => settingsWithout(name, missing)),
    proposals: {},
    search: { candidates: 0, replications: 0, pareto: [], ...search },
    outcomes: null,
    timelines: null,
    caveats: evidence.unknowns.map(
      ({ what, why, next }) => `Not known: ${what} (${why}). To learn it: ${next}.`,
    ),
  };
}

function settingsWithout(
  name: SettingAdvice['component'],
  missing: readonly MissingEvidence[],
): SettingAdvice[] {
  const own = missing.filter(({ component }) => component === null || component === name);
  if (own.length === 0) return [];
  return [
    {
      id: 'replica-bounds-min',
      component: name,
      sets: 'minReplicas',
      unit: 'replicas',
      current: null,
      proposed: null,
      verdict: 'insufficientEvidence',
      because: own.map(({ reason }) => reason).join('; '),
      flatRegion: null,
      confidence: 'low',
      evidence: own.map(({ path }) => path),
    },
  ];
}
