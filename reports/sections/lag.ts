import { html } from 'htm/preact';
import type { Evidence } from '../../tuner/contracts/evidence.ts';
import { entries, type Recorded } from '../recorded.ts';
import { number, type Section, section } from '../shown.ts';
import { distributions } from './distributions.ts';

/** How late capacity arrives: pod start-up as seen in this run, and the age of what the controller reads. */
export function lag(evidence: Recorded<Evidence>): Section {
  const pipeline = evidence.at('metricPipeline');
  const rows = entries(evidence.at('components')).flatMap(({ key, item }) => [
    { name: `${key}: scheduled`, of: item.at('startup').at('scheduledSeconds') },
    { name: `${key}: started`, of: item.at('startup').at('startedSeconds') },
    { name: `${key}: Ready`, of: item.at('startup').at('readySeconds') },
  ]);
  return section(
    'lag',
    'How late capacity arrives',
    distributions(
      'Seconds from a pod’s creation to each mark, over the pods that started in this run',
      rows,
      'seconds',
    ),
    html`<p>
      CPU samples come every ${number(pipeline.at('resourcePeriodSeconds'), 'seconds')} over a window of${' '}
      ${number(pipeline.at('resourceWindowSeconds'), 'seconds')} and are ${number(pipeline.at('resourceLagSeconds'), 'seconds')} old
      when they can first be read; the external metric changes every ${number(pipeline.at('externalPeriodSeconds'), 'seconds')}.
    </p>`,
  );
}
