import { type AccuracyCase, chat, chatCase, pods } from './cases.ts';
import type { CaseTemplate } from './compare-with-reference.ts';

/**
 * Loads that an HPA of CPU aims at, on pods with half a core as the usual charts give them: a request of 143 ms is on such
 * a CPU for 290 ms, and the cases of cases.ts begin at 60 % for requests as slow as that.
 */
export const aimedAtCases: readonly AccuracyCase[] = [
  chatCase('half a core a process, at 40 %', onHalfCores(3, 0.4)),
  chatCase('half a core a process, at 50 %', onHalfCores(3, 0.5)),
  chatCase('half a core a process, at 60 %', onHalfCores(3, 0.6), { replications: 2 }),
  chatCase('one pod of half a core, at 45 %', onHalfCores(1, 0.45), { replications: 2 }),
];

function onHalfCores(replicas: number, load: number): CaseTemplate {
  const cpuSeconds = 0.143;
  const speed = 0.49;
  return {
    durationSeconds: 3600,
    api: { ...pods(replicas, 200), speed, requestedMillicores: speed * 1000 },
    worker: pods(1, 4),
    chat: {
      ...chat,
      cpuBefore: 0.6 * cpuSeconds,
      cpuAfter: 0.4 * cpuSeconds,
      squaredVariation: 0.03,
      firstTokenSigma: 0.15,
    },
    run: { ...chat, relayCpuSeconds: 0.03 },
    runRate: () => 0,
    chatRate: () => (load * replicas * speed) / cpuSeconds,
    scaling: null,
  };
}
