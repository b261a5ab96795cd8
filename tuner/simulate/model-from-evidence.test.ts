import { describe, expect, it } from 'vitest';
import {
  comfortable,
  cpuBound,
  slotBound,
  syntheticEvidence,
} from '../advise/fixtures/synthetic-evidence.ts';
import type { Evidence } from '../contracts/evidence.ts';
import { quantilesOf } from './component-capacity.ts';
import { modelFromEvidence } from './model-from-evidence.ts';

const options = { queueMetricName: 'dify_workflow_queue_depth' };

function withApi(evidence: Evidence, change: Partial<NonNullable<Evidence['components']['api']>>): Evidence {
  const { api } = evidence.components;
  if (api === undefined) throw new Error('the fixture has an API');
  return { ...evidence, components: { ...evidence.components, api: { ...api, ...change } } };
}

describe('modelFromEvidence', () => {
  it('takes capacity, routes and start-up as they were measured', () => {
    const { model, missing, assumptions } = modelFromEvidence(syntheticEvidence(cpuBound), options);
    expect(missing).toEqual([]);
    expect(assumptions).toEqual([]);
    const api = model?.components.find(({ name }) => name === 'api');
    // Of 500 millicores 10 go to what the pod does without any request.
    expect(api).toMatchObject({ processes: 1, processMillicores: 490, slotsPerReplica: 200 });
    expect(api?.cpuMilliseconds).toEqual({ chat: 150, workflow: 36 });
    expect(api?.readySeconds.at(0)).toBe(17);
    expect(api?.readySeconds.at(-1)).toBe(21);
    expect(model?.classes.map(({ front, back }) => [front, back])).toEqual([
      ['api', null],
      ['api', 'worker'],
    ]);
  });

  it('takes the share of CPU before the first token as it was measured, and says so where it was assumed', () => {
    const ratio = { value: 0.52, low: 0.4, high: 0.6, confidenceLevel: 0.95, method: '', sampleCount: 20 };
    const given = (isAssumed: boolean) =>
      modelFromEvidence(
        withApi(syntheticEvidence(cpuBound), {
          // Runs are relayed by the API: their share of it is no part of the model.
          cpuRatioBeforeFirstToken: {
            chat: { ...ratio, isAssumed },
            workflow: { ...ratio, isAssumed: true },
          },
        }),
        options,
      );
    expect(given(false).model?.components[0]?.cpuRatioBeforeFirstToken).toEqual({ chat: 0.52 });
    expect(given(false).assumptions).toEqual([]);
    expect(given(true).model?.components[0]?.cpuRatioBeforeFirstToken).toEqual({ chat: 0.52 });
    expect(given(true).assumptions).toEqual([
      "52 % of a chat request's CPU in api was assumed to come before its first token (40 to 60 %).",
    ]);
  });

  it('lets clients give up when those of the run did, and after 120 s where the evidence does not say', () => {
    const evidence = syntheticEvidence(cpuBound);
    const timeout = (given: Evidence) =>
      modelFromEvidence(given, options).model?.limits.requestTimeoutSeconds;
    expect(timeout({ ...evidence, requestTimeoutSeconds: 300 })).toBe(300);
    expect(timeout(evidence)).toBe(120);
  });

  it('splits two cores into two processes: a Python process does not use more than one', () => {
    const { model } = modelFromEvidence(syntheticEvidence(comfortable), options);
    expect(model?.components[0]).toMatchObject({ processes: 2, processMillicores: 995 });
  });

  it('takes a measured number of slots near the declared one for the declared one, another one as measured', () => {
    const near = modelFromEvidence(syntheticEvidence(slotBound), options);
    expect(near.model?.components[0]?.slotsPerReplica).toBe(10);
    const far = { ...slotBound, api: { ...slotBound.api, measuredSlots: 5 } };
    const found = modelFromEvidence(syntheticEvidence(far), options);
    expect(found.model?.components[0]?.slotsPerReplica).toBe(5);
    expect(found.assumptions.join()).toContain('served 5.0 requests at once where 10 slots are declared');
  });

  it('says what it assumed where the run was silent', () => {
    const evidence = withApi(syntheticEvidence(cpuBound), {
      limitMillicores: null,
      ceilingMillicores: null,
      declaredSlotsPerReplica: null,
      cpuMillisecondsPerRequest: {},
    });
    const { model, assumptions } = modelFromEvidence(
      {
        ...evidence,
        kubernetesVersion: null,
        metricPipeline: { ...evidence.metricPipeline, resourcePeriodSeconds: null },
      },
      options,
    );
    expect(model?.components[0]).toMatchObject({ processMillicores: 990, slotsPerReplica: Infinity });
    const texts = assumptions.join('\n');
    expect(texts).toContain('api: no CPU limit is set');
    expect(texts).toContain('api: slots per replica are unknown');
    expect(texts).toContain('api: CPU per chat request is unknown');
    expect(texts).toContain('Kubernetes version unknown');
    expect(texts).toContain("metrics-server's period was not seen");
  });

  it("assumes the other component's start-up where a component was not seen starting", () => {
    const evidence = syntheticEvidence({ ...cpuBound, api: { ...cpuBound.api, readySeconds: null } });
    const { model, assumptions } = modelFromEvidence(evidence, options);
    expect(model?.components[0]?.readySeconds.at(-1)).toBe(21);
    expect(assumptions.join()).toContain('api: no pod was seen starting; that of the other component');
  });

  it.each([
    {
      name: 'nothing arrived',
      change: (evidence: Evidence): Evidence => ({ ...evidence, arrivals: {} }),
      path: 'arrivals',
    },
    {
      name: 'no request succeeded',
      change: (evidence: Evidence): Evidence => ({
        ...evidence,
        outcomes: evidence.outcomes.map((outcome) => ({ ...outcome, outcome: 'http_500' })),
      }),
      path: 'outcomes',
    },
    {
      name: 'a component of the route was never seen',
      change: (evidence: Evidence): Evidence => {
        const { worker: _unseen, ...components } = evidence.components;
        return { ...evidence, components };
      },
      path: 'components.worker',
    },
    {
      name: 'service times are unknown',
      change: (evidence: Evidence) => withApi(evidence, { serviceSeconds: {} }),
      path: 'components.api.serviceSeconds.chat',
    },
    {
      name: 'slots bind and nobody knows how many there are',
      change: (evidence: Evidence) =>
        withApi(evidence, {
          binding: 'connectionSlots',
          declaredSlotsPerReplica: null,
          slotsPerReplica: null,
        }),
      path: 'components.api.slotsPerReplica',
    },
  ])('gives no model where $name, and names the place in the evidence', ({ change, path }) => {
    const { model, missing } = modelFromEvidence(change(syntheticEvidence(cpuBound)), options);
    expect(model).toBeNull();
    expect(missing.map((found) => found.path)).toContain(path);
  });
});

describe('quantilesOf', () => {
  it('goes through the quantiles known, in twenty steps', () => {
    const quantiles = quantilesOf({
      count: 9,
      mean: 20,
      min: 10,
      p05: 12,
      p50: 20,
      p95: 28,
      p99: 29,
      max: 30,
    });
    expect(quantiles).toHaveLength(21);
    expect([quantiles[0], quantiles[1], quantiles[10], quantiles[19], quantiles[20]]).toEqual([
      10, 12, 20, 28, 30,
    ]);
    expect(quantiles[5]).toBeCloseTo(12 + (0.2 / 0.45) * 8, 9);
  });
});
