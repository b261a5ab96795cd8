import { describe, expect, it } from 'vitest';
import { TuneError } from '../errors.ts';
import type { ValueSetting } from './borispolonsky.ts';
import { proveValues } from './prove-values.ts';
import type { RenderChart } from './render-chart.ts';
import { type Values, valuesTree } from './values-document.ts';
import { mergeValues } from './values-in-force.ts';

const chartValues = { api: { replicas: 1, autoscaling: { enabled: false, minReplicas: 1 } } };
let renderings = 0;

/** A chart in four lines: an HPA if enabled, a count, and a password it makes up each time. */
const render: RenderChart = async (...layers) => {
  const { api } = layers.reduce<Values>(mergeValues, chartValues) as typeof chartValues;
  renderings += 1;
  const hpa = { spec: { minReplicas: api.autoscaling.minReplicas } };
  return new Map<string, unknown>([
    ['Deployment api', { spec: { replicas: api.replicas } }],
    ['Secret api', { data: { password: `made up ${renderings}` } }],
    ...(api.autoscaling.enabled ? ([['HorizontalPodAutoscaler api', hpa]] as const) : []),
  ]);
};

const setting = (key: string, value: ValueSetting['value']): ValueSetting => ({
  path: key.split('.'),
  value,
  because: '',
});
const prove = async (settings: ValueSetting[], inForce: Values = {}) =>
  proveValues(settings, render, { before: await render(inForce), inForce, chartValues });

describe('proveValues', () => {
  it('names the fields that differ without each key, made-up passwords left out', async () => {
    const proved = await prove([setting('api.autoscaling.enabled', true), setting('api.replicas', 2)]);
    expect(proved.changes).toEqual([
      ['HorizontalPodAutoscaler api: appears'],
      ['Deployment api: spec.replicas'],
    ]);
    expect([...proved.restless]).toEqual(['Secret api: data.password']);
  });

  it('accepts a key that means something only beside another', async () => {
    const proved = await prove([
      setting('api.autoscaling.enabled', true),
      setting('api.autoscaling.minReplicas', 3),
    ]);
    expect(proved.changes[1]).toEqual(['HorizontalPodAutoscaler api: spec.minReplicas']);
  });

  const ignored = [
    {
      name: 'a key the chart does not read',
      key: 'api.replicaCount',
      value: 2,
      says: 'under api the chart reads: replicas, autoscaling',
    },
    {
      name: 'behavior, which the chart swallows',
      key: 'api.autoscaling.behavior',
      value: 'x',
      says: 'under api.autoscaling the chart reads: enabled, minReplicas',
    },
    {
      name: 'a key that is in force already',
      key: 'api.replicas',
      value: 1,
      says: 'under api the chart reads',
    },
    {
      name: 'a component the chart does not have',
      key: 'web.replicas',
      value: 2,
      says: 'at the top the chart reads: api',
    },
  ];
  it.each(ignored)('refuses $name, and says what is read there', async ({ key, value, says }) => {
    const error = await prove([setting(key, value), setting('api.autoscaling.enabled', true)]).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(TuneError);
    expect(error).toMatchObject({ code: 'VALUES_KEY_IGNORED', exitCode: 2 });
    expect((error as TuneError).message).toBe(`${key}: without effect in this chart`);
    expect((error as TuneError).next).toContain(says);
  });

  it('holds the overlay against the values in force, not against the chart’s own', async () => {
    const inForce = valuesTree([setting('api.replicas', 2)]);
    await expect(prove([setting('api.replicas', 2)], inForce)).rejects.toThrow(/without effect/);
    const back = await prove([setting('api.replicas', 1)], inForce);
    expect(back.changes).toEqual([['Deployment api: spec.replicas']]);
  });
});
