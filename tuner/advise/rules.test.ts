import { describe, expect, it } from 'vitest';
import type { Evidence } from '../contracts/evidence.ts';
import { hpaSpecSchema } from '../contracts/hpa-spec.ts';
import type { SimulationModel } from '../simulate/model.ts';
import { modelFromEvidence } from '../simulate/model-from-evidence.ts';
import { specOfDraft } from './component-draft.ts';
import { expectedDemand } from './demand.ts';
import {
  comfortable,
  cpuBound,
  cpuHpa,
  queueMetric,
  slotBound,
  syntheticEvidence,
  type Truth,
} from './fixtures/synthetic-evidence.ts';
import type { AdviceConfig } from './options.ts';
import { type Dimension, draftsOf, type SearchSpace, searchSpace } from './search-space.ts';

const config: AdviceConfig = {
  objectives: { timeToFirstTokenP95: 3, queueWaitP95: 5, errorRatio: 0.01 },
  demand: { growthRatio: 1 },
  caps: { maxReplicas: 20 },
  minReplicas: {},
  replicaHourPrice: {},
};

function modelOf(evidence: Evidence): SimulationModel {
  const { model } = modelFromEvidence(evidence, { queueMetricName: queueMetric.name });
  if (model === null) throw new Error('the fixture carries a simulation');
  return model;
}

function spaceOf(
  truth: Truth,
  change: { config?: Partial<AdviceConfig>; queueMetric?: typeof queueMetric | null } = {},
): SearchSpace {
  const evidence = syntheticEvidence(truth);
  const options = {
    config: { ...config, ...change.config },
    queueMetric: change.queueMetric === undefined ? queueMetric : change.queueMetric,
  };
  return searchSpace(evidence, modelOf(evidence), expectedDemand(evidence, options.config.demand), options);
}

function dimension(space: SearchSpace, component: string, ruleId: string): Dimension | undefined {
  return space.dimensions.find((found) => found.component === component && found.ruleId === ruleId);
}

describe('what a component is scaled on', () => {
  it('is CPU where CPU binds, and the target is searched', () => {
    const target = dimension(spaceOf(cpuBound), 'api', 'target-utilization');
    expect(target?.plan.current).toBe(80);
    expect(target?.plan.values).toContain(50);
    expect(Math.max(...(target?.plan.values ?? []))).toBeLessThanOrEqual(90);
    expect(target?.plan.because).toContain('500 millicores');
    expect(target?.plan.evidence).toContain('components.api.cpuMillisecondsPerRequest');
  });

  it('is nothing an HPA can read where connection slots bind: no CPU target, a fixed count', () => {
    const space = spaceOf(slotBound);
    const target = dimension(space, 'api', 'target-utilization');
    expect(target?.plan.values.map(target.plan.show)).toEqual(['none']);
    expect(dimension(space, 'api', 'replica-bounds-min')).toBeUndefined();
    expect(dimension(space, 'api', 'replica-bounds-fixed')).toBeDefined();
    const drafts = draftsOf(
      space,
      space.dimensions.map(({ plan }) => plan.values[0] ?? 0),
    );
    expect(drafts.api && specOfDraft(drafts.api)).toBeNull();
  });

  it('is the queue where worker slots bind, with no target that the objective cannot bear', () => {
    const space = spaceOf(slotBound);
    const target = dimension(space, 'worker', 'queue-target');
    // 4 slots of 4.6 s end 0.87 runs a second: 4.3 in the 5 s of the objective.
    expect(target?.plan.values).toEqual([1, 2, 3, 4]);
    expect(target?.plan.current).toBe(50);
    expect(target?.plan.currentValue).toBeNull();
  });

  it('is a fixed count where worker slots bind and no metric carries the queue', () => {
    const space = spaceOf(slotBound, { queueMetric: null });
    expect(dimension(space, 'worker', 'queue-target')).toBeUndefined();
    expect(dimension(space, 'worker', 'replica-bounds-fixed')).toBeDefined();
  });

  it('stays as it is where nothing bound in the run', () => {
    const space = spaceOf(comfortable);
    expect(dimension(space, 'api', 'target-utilization')).toBeUndefined();
    const drafts = draftsOf(
      space,
      space.dimensions.map(({ plan }) => plan.currentValue ?? 0),
    );
    expect(drafts.api && specOfDraft(drafts.api)?.metrics).toEqual(cpuHpa('my-dify-api', 2, 8, 60).metrics);
  });

  it('asks for a CPU request where the template has none and CPU is to be the metric', () => {
    const truth = { ...cpuBound, api: { ...cpuBound.api, requestedMillicores: null } };
    const request = dimension(spaceOf(truth), 'api', 'requests');
    expect(request?.plan.values).toEqual([500]);
    expect(dimension(spaceOf(cpuBound), 'api', 'requests')).toBeUndefined();
  });
});

describe('replica bounds', () => {
  const lowest = (space: SearchSpace, rule = 'replica-bounds-min') =>
    Math.min(...(dimension(space, 'api', rule)?.plan.values ?? []));

  it('never go below 2 unless the config says so', () => {
    expect(lowest(spaceOf(cpuBound))).toBe(2);
    expect(lowest(spaceOf(slotBound), 'replica-bounds-fixed')).toBe(2);
    expect(lowest(spaceOf(cpuBound, { config: { minReplicas: { api: 1 } } }))).toBe(1);
    expect(lowest(spaceOf(cpuBound, { config: { minReplicas: { api: 3 } } }))).toBe(3);
  });

  it('keep the maximum in force where it leaves head room, and raise it where it does not', () => {
    expect(dimension(spaceOf(cpuBound), 'api', 'replica-bounds-max')?.plan.values).toEqual([10]);
    const tight = { ...cpuBound, api: { ...cpuBound.api, hpa: cpuHpa('my-dify-api', 1, 2, 80) } };
    const raised = dimension(spaceOf(tight), 'api', 'replica-bounds-max');
    // 7 chats of 150 ms and 7 runs of 36 ms a second on 490 millicores: 2.66 replicas, half as many again.
    expect(raised?.plan.values).toEqual([4]);
    expect(raised?.plan.currentValue).toBeNull();
  });

  it('keep to caps.maxReplicas', () => {
    const space = spaceOf(cpuBound, { config: { caps: { maxReplicas: 3 } } });
    expect(dimension(space, 'api', 'replica-bounds-max')?.plan.values).toEqual([3]);
    expect(
      Math.max(...(dimension(space, 'api', 'replica-bounds-min')?.plan.values ?? [])),
    ).toBeLessThanOrEqual(3);
  });

  it('keep to what Postgres has connections for, and say so', () => {
    const { context } = spaceOf(slotBound).components[0] ?? {};
    expect(context?.limits.ceiling).toBeLessThanOrEqual(6);
    expect(context?.limits.ceilingBecause).toContain('Postgres allows 100 connections');
    const rich = spaceOf({ ...slotBound, postgresMaxConnections: 2000 }).components[0]?.context;
    expect(rich?.limits.ceilingBecause).toBe('caps.maxReplicas = 20 in the config');
  });
});

describe('windows and policies', () => {
  it('tries no scale-down window that is not several times a start-up', () => {
    const window = dimension(spaceOf(cpuBound), 'api', 'stabilization-window');
    // Six times 21 s.
    expect(Math.min(...(window?.plan.values ?? []))).toBe(180);
    expect(window?.plan.current).toBe(300);
    expect(window?.plan.currentValue).toBe(300);
  });

  it('leaves policies of somebody’s own making alone', () => {
    const hpa = {
      ...cpuHpa('my-dify-api', 1, 10, 80),
      behavior: { scaleUp: { policies: [{ type: 'Percent', value: 10, periodSeconds: 60 }] } },
    };
    const space = spaceOf({ ...cpuBound, api: { ...cpuBound.api, hpa } });
    expect(dimension(space, 'api', 'rate-policies-up')).toBeUndefined();
    const drafts = draftsOf(
      space,
      space.dimensions.map(({ plan }) => plan.values[0] ?? 0),
    );
    expect(drafts.api && specOfDraft(drafts.api)?.behavior?.scaleUp).toEqual(hpa.behavior.scaleUp);
  });

  it('does not write out what is the default anyway', () => {
    const space = spaceOf(cpuBound);
    const inForce = space.dimensions.map(({ plan }) => plan.currentValue ?? plan.values[0] ?? 0);
    const { api } = draftsOf(space, inForce);
    expect(api && specOfDraft(api)?.behavior).toBeUndefined();
  });

  it('makes specs that Kubernetes accepts of every value of every setting', () => {
    for (const truth of [comfortable, cpuBound, slotBound]) {
      const space = spaceOf(truth);
      const first = space.dimensions.map(({ plan }) => plan.values[0] ?? 0);
      for (const [index, { plan }] of space.dimensions.entries()) {
        for (const value of plan.values) {
          for (const draft of Object.values(draftsOf(space, first.with(index, value)))) {
            const spec = specOfDraft(draft);
            if (spec !== null) expect(hpaSpecSchema.safeParse(spec).error).toBeUndefined();
          }
        }
      }
    }
  });
});
