import { describe, expect, it } from 'vitest';
import { Trial, worldNamed } from '../testing/trial.ts';
import { UsageMeter } from './pod-usage.ts';

function setUp() {
  const trial = new Trial(worldNamed('comfortable'), { api: 1, worker: 0 });
  const meter = new UsageMeter(trial.world);
  const measure = () => meter.measure(trial.model.fleet.pods, trial.scheduler.now());
  return { trial, measure };
}

describe('UsageMeter', () => {
  it('measures the CPU of the window, on top of what an idle pod uses', () => {
    const { trial, measure } = setUp();
    expect(measure()[0]?.cpuMillicores).toBe(12);
    for (let second = 0; second < 5; second++) {
      trial.chat('[[ttft=0.1 tps=1000 n=20]]');
      trial.advance(1);
    }
    // 5 chats of 142.8 ms in 5 s, and 12m idle.
    expect(measure()[0]?.cpuMillicores).toBe(Math.round(142.8 + 12));
    trial.advance(5);
    expect(measure()[0]?.cpuMillicores).toBe(12);
  });

  it('measures what starting costs, and nothing for a pod that waits for a node', () => {
    const { trial, measure } = setUp();
    trial.model.fleet.seen(trial.pod('api', 1, { isReady: false }));
    trial.model.fleet.seen(trial.pod('api', 2, { isReady: false, isRunning: false }));
    const usages = measure();
    expect(usages.map(({ name, cpuMillicores }) => [name, cpuMillicores])).toEqual([
      ['my-dify-api-0', 12],
      ['my-dify-api-1', 900],
    ]);
  });

  it('measures memory: at rest, for what is in flight, and what each request leaves', () => {
    const { trial, measure } = setUp();
    const mebibyte = 1024 ** 2;
    expect(measure()[0]?.memoryBytes).toBe(420 * mebibyte);
    trial.chat('[[ttft=2 n=1]]');
    trial.advance(1);
    expect(measure()[0]?.memoryBytes).toBe(420.5 * mebibyte);
    trial.advance(5);
    expect(measure()[0]?.memoryBytes).toBe(420 * mebibyte + 15 * 1024);
  });
});
