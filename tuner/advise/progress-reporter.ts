import type { AdvicePhase, AdviceProgress } from './options.ts';

/** Adds up what has been tried, over the phases. */
export function progressReporter(onProgress: ((progress: AdviceProgress) => void) | undefined) {
  let phase: AdvicePhase = 'sampling';
  let tried = 0;
  let planned = 0;
  return {
    /** @param candidates planned for the phase that begins; 0 where nobody knows */
    phase(next: AdvicePhase, candidates: number) {
      phase = next;
      planned = Math.max(planned, tried + candidates);
    },
    evaluated(settings: number) {
      tried += settings;
      planned = Math.max(planned, tried);
      onProgress?.({ phase, triedCandidates: tried, plannedCandidates: planned });
    },
  };
}
