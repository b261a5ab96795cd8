import type { ClusterSampleOf } from '../../contracts/cluster-sample.ts';
import type { Gap } from '../../contracts/estimate.ts';
import { mergeGaps } from '../../journal/merge-gaps.ts';
import { atMost, type Check, percent, type ValidityInput } from './validity-input.ts';

/** Without these a decision of the HPA can neither be replayed nor explained. */
const essential = /^(hpa|scale|pods|usage)(\/(api|worker))?$/;
const queue = /^(queue|externalMetric)(\/|$)/;

const samplerGaps: Check = (input) =>
  judgeGaps(input, {
    id: 'sampler-gaps',
    severity: 'invalidates',
    isCounted: (source) => essential.test(source),
  });

const queueGaps: Check = (input) =>
  judgeGaps(input, { id: 'queue-gaps', severity: 'weakens', isCounted: (source) => queue.test(source) });

/** The worst single source counts: two that are silent by turns are not worse than one. */
function judgeGaps(
  input: ValidityInput,
  check: { id: string; severity: 'invalidates' | 'weakens'; isCounted: (source: string) => boolean },
) {
  const judged = { id: check.id, unit: 'ratio', severity: check.severity, limit: 0.05 } as const;
  const lines = input.samples.filter((sample): sample is ClusterSampleOf<'gap'> => sample.type === 'gap');
  const gaps = mergeGaps(lines).filter(({ source }) => check.isCounted(source));
  const silent = new Map<string, { seconds: number; reason: string }>();
  for (const gap of gaps) {
    const seconds = secondsDuringLoad(gap, input);
    if (seconds > 0) {
      silent.set(gap.source, {
        seconds: seconds + (silent.get(gap.source)?.seconds ?? 0),
        reason: gap.reason,
      });
    }
  }
  const [worst] = [...silent].sort(([, a], [, b]) => b.seconds - a.seconds);
  if (worst === undefined) return atMost(judged, 0, 'no source was silent during the load');
  const [source, { seconds, reason }] = worst;
  const ratio = seconds / Math.max(1, input.loadEndSeconds - input.loadStartSeconds);
  return atMost(judged, ratio, `${source} was silent for ${percent(ratio)} of the load: ${reason}`);
}

function secondsDuringLoad(gap: Gap, { loadStartSeconds, loadEndSeconds }: ValidityInput): number {
  const from = Math.max(gap.fromSeconds, loadStartSeconds);
  const to = Math.min(gap.toSeconds ?? loadEndSeconds, loadEndSeconds);
  return Math.max(0, to - from);
}

export const gapChecks: readonly Check[] = [samplerGaps, queueGaps];
