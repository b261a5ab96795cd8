import { describe, expect, it } from 'vitest';
import type { World } from '../../worlds/world.ts';
import { worldNamed } from '../testing/trial.ts';
import { Cpu } from './cpu.ts';
import { Faults } from './faults.ts';
import { Llm, type LlmEvent } from './llm.ts';
import { Random } from './random.ts';
import { Scheduler } from './scheduler.ts';
import { launch, type Task, until } from './task.ts';

interface Heard {
  readonly atMs: number;
  readonly event: LlmEvent;
}

function setUp(change: (world: World) => Partial<World> = () => ({})) {
  const world = worldNamed('comfortable', change);
  const scheduler = new Scheduler();
  const faults = new Faults(scheduler, world.faults);
  const { cores } = world.pluginDaemon;
  const daemon = new Cpu(scheduler, { processes: Math.ceil(cores), cores });
  const llm = new Llm({ scheduler, random: new Random(1), world, faults, daemon });
  const hear = (prompt: string): Heard[] => {
    const heard: Heard[] = [];
    const call = llm.call(prompt);
    function* listen(): Task {
      for (;;) heard.push({ event: yield* until(call.next()), atMs: scheduler.now() });
    }
    launch(listen());
    return heard;
  };
  return { scheduler, daemon, faults, hear };
}

const freeDaemon = { pluginDaemon: { cores: 4, cpuMsPerCall: 0, cpuMsPerToken: 0 } };

describe('Llm', () => {
  it('is silent for ttft, then talks at tps', () => {
    const { scheduler, hear } = setUp(() => freeDaemon);
    const heard = hear('[[ttft=0.5 tps=10 n=3]]');
    scheduler.advanceTo(5000);
    expect(heard.map(({ atMs, event }) => [Math.round(atMs), event.kind])).toEqual([
      [500, 'token'],
      [600, 'token'],
      [700, 'token'],
      [700, 'end'],
    ]);
  });

  it('says the words of the mock model the captures were made with', () => {
    const { scheduler, hear } = setUp();
    const heard = hear('[[ttft=0.1 tps=100 n=4]]');
    scheduler.advanceTo(5000);
    const text = heard.map(({ event }) => (event.kind === 'token' ? event.text : '')).join('');
    expect(text).toBe('the quick brown fox');
  });

  it('goes through the plugin daemon: 18 ms a call and 0.83 ms a token', () => {
    const { scheduler, daemon, hear } = setUp();
    hear('[[ttft=0.5 tps=100 n=20]]');
    scheduler.advanceTo(5000);
    expect(daemon.usedMs).toBeCloseTo(18 + 21 * 0.83, 6);
  });

  it('answers late when the one daemon is full', () => {
    const slow = { pluginDaemon: { cores: 1, cpuMsPerCall: 200, cpuMsPerToken: 0 } };
    const { scheduler, hear } = setUp(() => slow);
    const calls = Array.from({ length: 10 }, () => hear('[[ttft=0 tps=100 n=1]]'));
    scheduler.advanceTo(10_000);
    const last = Math.max(...calls.map((heard) => heard[0]?.atMs ?? 0));
    expect(last).toBeGreaterThan(1900);
  });

  it.each([
    { prompt: '[[err=429]]', kinds: ['refused'] },
    { prompt: '[[n=10 cut=2 tps=100 ttft=0]]', kinds: ['token', 'token', 'cut'] },
    { prompt: '[[n=0 ttft=0]]', kinds: ['end'] },
  ])('ends $prompt as asked', ({ prompt, kinds }) => {
    const { scheduler, hear } = setUp();
    const heard = hear(prompt);
    scheduler.advanceTo(5000);
    expect(heard.map(({ event }) => event.kind)).toEqual(kinds);
  });

  it('draws what the prompt leaves open from the world: median 0.6 s, 30 tokens', () => {
    const { scheduler, hear } = setUp(() => freeDaemon);
    const calls = Array.from({ length: 400 }, () => hear('hello'));
    scheduler.advanceTo(60_000);
    const firstMs = calls.map((heard) => heard[0]?.atMs ?? 0).sort((a, b) => a - b);
    const tokens = calls.map((heard) => heard.length - 1).sort((a, b) => a - b);
    // The median of 400 draws lies within 5 % of the true one: 1.25 × sigma / √400 is 1.6 % and 1.9 %.
    expect((firstMs[200] ?? 0) / 600).toBeCloseTo(1, 1);
    expect((tokens[200] ?? 0) / 30).toBeCloseTo(1, 1);
  });

  it('refuses calls over the concurrency limit', () => {
    const { scheduler, hear } = setUp((world) => ({ llm: { ...world.llm, maxConcurrentCalls: 2 } }));
    const calls = Array.from({ length: 3 }, () => hear('[[ttft=1 n=1]]'));
    scheduler.advanceTo(5000);
    expect(calls.map((heard) => heard[0]?.event)).toEqual([
      { kind: 'token', text: 'the' },
      { kind: 'token', text: 'the' },
      { kind: 'refused', status: 429 },
    ]);
  });

  it('refuses calls over the rate limit and takes them again as the minute goes on', () => {
    const { scheduler, hear } = setUp((world) => ({ llm: { ...world.llm, callsPerMinute: 2 } }));
    const kindAfter = (heard: Heard[]) => {
      scheduler.advanceTo(scheduler.now() + 2000);
      return heard[0]?.event.kind;
    };
    expect([1, 2, 3].map(() => kindAfter(hear('[[ttft=0 n=1]]')))).toEqual(['token', 'token', 'refused']);
    scheduler.advanceTo(scheduler.now() + 30_000);
    expect(kindAfter(hear('[[ttft=0 n=1]]'))).toBe('token');
  });

  it('is slower and fails while the world says so', () => {
    const { scheduler, faults, hear } = setUp(() => ({
      ...freeDaemon,
      faults: [
        { kind: 'llm-slow', atSeconds: 0, forSeconds: 10, factor: 4 },
        { kind: 'llm-errors', atSeconds: 20, forSeconds: 10, ratio: 1, status: 503 },
      ],
    }));
    faults.startClock();
    const slow = hear('[[ttft=0.5 n=1]]');
    scheduler.advanceTo(25_000);
    const failed = hear('[[ttft=0.5 n=1]]');
    scheduler.advanceTo(35_000);
    const healed = hear('[[ttft=0.5 n=1]]');
    scheduler.advanceTo(40_000);
    expect(slow[0]?.atMs).toBe(2000);
    expect(failed[0]?.event).toEqual({ kind: 'refused', status: 503 });
    expect(healed[0]?.atMs).toBe(35_500);
  });
});
