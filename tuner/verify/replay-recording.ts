import type { ClusterSample, ClusterSampleOf } from '../contracts/cluster-sample.ts';
import type { Verdict } from '../contracts/verdict.ts';
import { compileHpa } from '../hpa/compile-hpa.ts';
import { defaultControllerFlags } from '../hpa/controller-flags.ts';
import { parseHpaSpec } from '../hpa/parse-hpa-spec.ts';
import { reconcile } from '../hpa/reconcile.ts';
import { createHpaState } from '../hpa/state.ts';
import type { HpaCondition } from '../hpa/types.ts';
import { findSyncs } from './find-syncs.ts';
import { mismatchNote } from './mismatch-note.ts';
import { syncInputs } from './sync-inputs.ts';

type Replay = Verdict['replay'][number];
type HpaSample = ClusterSampleOf<'hpa'>;

const mostExamples = 5;
const defaultSyncPeriodSeconds = defaultControllerFlags.syncPeriodSeconds;

/**
 * The recorded metrics through our model of the controller, against what the real one set.
 *
 * A changed HPA status marks the end of a sync. A sync that changed nothing leaves no trace, so one is put in every
 * sync period for as long as the status stays: it repeats what was seen before.
 *
 * @param kubernetesVersion chooses the rules; as in run.json
 * @returns one entry for each HPA of a component
 */
export function replayRecording(samples: readonly ClusterSample[], kubernetesVersion: string): Replay[] {
  const hpas = samples.filter((sample) => sample.type === 'hpa');
  const names = [...new Set(hpas.map(({ name }) => name))];
  return names.flatMap((name) => {
    const own = hpas.filter((sample) => sample.name === name);
    const component = own[0]?.component;
    return component ? [replayHpa(samples, own, { name, component, kubernetesVersion })] : [];
  });
}

interface Subject {
  readonly name: string;
  readonly component: NonNullable<HpaSample['component']>;
  readonly kubernetesVersion: string;
}

function replayHpa(samples: readonly ClusterSample[], own: readonly HpaSample[], subject: Subject): Replay {
  const [first] = own;
  let specText = '';
  let hpa: ReturnType<typeof compileHpa> | null = null;
  const state = createHpaState({
    desiredReplicas: first?.desiredReplicas,
    conditions: first?.conditions as unknown as HpaCondition[] | undefined,
  });
  let compared = 0;
  const examples: Replay['examples'] = [];
  let mismatches = 0;
  for (const sync of findSyncs(own, defaultSyncPeriodSeconds)) {
    const text = JSON.stringify(sync.status.spec);
    if (hpa === null || text !== specText) {
      specText = text;
      hpa = compileHpa(parseHpaSpec(sync.status.spec, `${subject.name}: spec`), {
        kubernetesVersion: subject.kubernetesVersion,
        flags: defaultControllerFlags,
      });
    }
    const inputs = syncInputs(samples, sync, subject.component);
    if (inputs === null) continue;
    const decision = reconcile(hpa, state, inputs);
    const { desiredReplicas } = decision;
    if (!sync.isObserved) continue;
    compared++;
    if (desiredReplicas === sync.status.desiredReplicas) continue;
    mismatches++;
    if (examples.length < mostExamples)
      examples.push({
        atSeconds: sync.atSeconds,
        recordedDesired: sync.status.desiredReplicas,
        modelDesired: desiredReplicas,
        note: mismatchNote(sync, hpa, decision),
      });
  }
  return {
    component: subject.component,
    hpaName: subject.name,
    syncs: compared,
    mismatches,
    mismatchRatio: compared === 0 ? null : mismatches / compared,
    examples,
  };
}
