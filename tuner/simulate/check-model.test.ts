import { describe, expect, it } from 'vitest';
import { exitCodes, TuneError } from '../errors.ts';
import { exampleModel, exampleScaling } from './bench/example-deployment.ts';
import { checkModel } from './check-model.ts';
import type { ComponentModel } from './model.ts';
import { simulate } from './simulate.ts';
import { prepareScaling } from './world.ts';

const withApi = (change: Partial<ComponentModel>) => ({
  ...exampleModel,
  components: exampleModel.components.map((component) =>
    component.name === 'api' ? { ...component, ...change } : component,
  ),
});

function thrown(change: Partial<ComponentModel>): TuneError {
  try {
    checkModel(withApi(change));
  } catch (error) {
    if (error instanceof TuneError) return error;
  }
  throw new Error('nothing was thrown');
}

describe('checkModel', () => {
  it.each([
    {
      change: { processMillicores: Number.POSITIVE_INFINITY },
      said: 'api.processMillicores is Infinity; it has to be a number above 0',
    },
    { change: { processMillicores: 0 }, said: 'api.processMillicores is 0' },
    { change: { processes: 0 }, said: 'api.processes is 0; it has to be a whole number above 0' },
    { change: { idleMillicores: Number.NaN }, said: 'api.idleMillicores is NaN' },
    { change: { slotsPerReplica: -1 }, said: 'api.slotsPerReplica is -1' },
    { change: { cpuMilliseconds: { chat: -5 } }, said: 'api.cpuMilliseconds.chat is -5' },
    {
      change: { cpuRatioBeforeFirstToken: { chat: 1.2 } },
      said: 'api.cpuRatioBeforeFirstToken.chat is 1.2; it has to be from 0 to 1',
    },
  ])('refuses a model whose $said', ({ change, said }) => {
    const error = thrown(change);
    expect(error.code).toBe('BAD_MODEL');
    expect(error.exitCode).toBe(exitCodes.usage);
    expect(error.message).toContain(said);
    expect(error.next).toContain('evidence.json');
  });

  it.each([0, -40, Number.NaN, Number.POSITIVE_INFINITY])('refuses pages of %d ms', (cpuMilliseconds) => {
    expect(() => checkModel({ ...exampleModel, pages: { cpuMilliseconds } })).toThrow(
      `pages.cpuMilliseconds is ${cpuMilliseconds}; it has to be a number above 0`,
    );
  });

  it('names all that is wrong at once', () => {
    expect(thrown({ processes: -1, processMillicores: Number.NaN }).message.split('\n')).toHaveLength(3);
  });

  it('lets slots be without end', () => {
    expect(() => checkModel(withApi({ slotsPerReplica: Number.POSITIVE_INFINITY }))).not.toThrow();
  });

  it('is asked before anything is simulated: what came out of such a CPU was no number', () => {
    const model = withApi({ processMillicores: Number.POSITIVE_INFINITY });
    expect(() => prepareScaling(model, exampleScaling)).toThrow('processMillicores is Infinity');
  });

  it('leaves it to a large number to say that CPU never binds', () => {
    const model = withApi({ processMillicores: 1e9 });
    const demand = { durationSeconds: 120, arrivals: { chat: new Uint16Array(120).fill(20) }, seed: 1 };
    const objectives = { firstTokenP95Seconds: 3, queueWaitP95Seconds: 5, errorRatio: 0.01 };
    const { series } = simulate(model, prepareScaling(model, exampleScaling), demand, objectives, {
      withSeries: true,
    });
    const api = series?.components.api;
    const [{ idleMillicores, requestedMillicores }] = model.components as [ComponentModel];
    // 20 chats of 143 ms a second, on however many replicas there are by then.
    const each =
      (api?.cpuUsageRatio[60] ?? Number.NaN) * (requestedMillicores ?? Number.NaN) - idleMillicores;
    expect(each * (api?.readyReplicas[60] ?? Number.NaN)).toBeCloseTo(20 * 143, -1);
  });
});
