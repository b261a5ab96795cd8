import { describe, expect, it } from 'vitest';
import { Cpu } from './cpu.ts';
import { Scheduler } from './scheduler.ts';

/** When each of some pieces of work, all given at 0, is done. */
function doneAt(
  options: { processes: number; cores: number },
  work: readonly { process: number; ms: number }[],
) {
  const scheduler = new Scheduler();
  const cpu = new Cpu(scheduler, options);
  const done: number[] = [];
  for (const [index, { process, ms }] of work.entries()) {
    cpu.run(process, ms, () => {
      done[index] = scheduler.now();
    });
  }
  scheduler.advanceTo(10_000);
  return { done, usedMs: cpu.usedMs };
}

describe('Cpu', () => {
  const alone = { processes: 1, cores: 1 };
  // Hand sums: equal shares of one core for everybody in a process, to within a turn of 5 ms.
  it.each([
    { name: 'works alone at full speed', options: alone, work: [{ process: 0, ms: 40 }], expected: [40] },
    {
      name: 'lets two in one process share, so both take twice as long',
      options: alone,
      work: [
        { process: 0, ms: 40 },
        { process: 0, ms: 40 },
      ],
      expected: [75, 80],
    },
    {
      name: 'lets a short piece out before a long one that came first',
      options: alone,
      work: [
        { process: 0, ms: 100 },
        { process: 0, ms: 5 },
      ],
      expected: [105, 10],
    },
    {
      name: 'runs two processes side by side on two cores',
      options: { processes: 2, cores: 2 },
      work: [
        { process: 0, ms: 40 },
        { process: 1, ms: 40 },
      ],
      expected: [40, 40],
    },
    {
      name: 'halves the speed of two processes whose limit is one core',
      options: { processes: 2, cores: 1 },
      work: [
        { process: 0, ms: 400 },
        { process: 1, ms: 400 },
      ],
      expected: [795, 800],
    },
    {
      name: 'slows one process down to a limit of half a core',
      options: { processes: 1, cores: 0.5 },
      work: [{ process: 0, ms: 40 }],
      expected: [80],
    },
  ])('$name', ({ options, work, expected }) => {
    const { done, usedMs } = doneAt(options, work);
    for (const [index, at] of expected.entries()) expect(done[index]).toBeCloseTo(at, 6);
    expect(usedMs).toBeCloseTo(
      work.reduce((sum, { ms }) => sum + ms, 0),
      6,
    );
  });

  it('lets work go on in its turn with what was waiting for it, and no longer than the turn', () => {
    const scheduler = new Scheduler();
    const cpu = new Cpu(scheduler, alone);
    const order: string[] = [];
    // Ten events of 1 ms that a greenlet finds waiting, and another request of 10 ms.
    const event = (left: number) => {
      order.push(`event at ${scheduler.now()}`);
      if (left > 0) cpu.run(0, 1, () => event(left - 1));
    };
    cpu.run(0, 1, () => event(9));
    cpu.run(0, 10, () => order.push(`other at ${scheduler.now()}`));
    scheduler.advanceTo(100);
    // 5 events, 5 ms of the other, 5 events, the rest of the other.
    const at = (moment: number) => `event at ${moment}`;
    expect(order).toEqual([...[1, 2, 3, 4, 5, 11, 12, 13, 14, 15].map(at), 'other at 20']);
  });

  it('cannot do more than its cores in any time', () => {
    const scheduler = new Scheduler();
    const cpu = new Cpu(scheduler, { processes: 4, cores: 1.5 });
    for (let index = 0; index < 400; index++) cpu.run(index % 4, 50, () => {});
    scheduler.advanceTo(10_000);
    // The first turns begin while fewer processes are busy, hence a turn or two too fast.
    expect(cpu.usedMs).toBeGreaterThan(14_900);
    expect(cpu.usedMs).toBeLessThan(15_020);
  });

  it('needs more time for the same work beside a noisy neighbour', () => {
    const scheduler = new Scheduler();
    const cpu = new Cpu(scheduler, { processes: 1, cores: 1, slowdown: () => 3 });
    let at = 0;
    cpu.run(0, 10, () => {
      at = scheduler.now();
    });
    scheduler.advanceTo(100);
    expect(at).toBeCloseTo(30, 6);
  });

  it('finishes nothing after its pod is gone', () => {
    const scheduler = new Scheduler();
    const cpu = new Cpu(scheduler, { processes: 1, cores: 1 });
    let isDone = false;
    cpu.run(0, 10, () => {
      isDone = true;
    });
    scheduler.advanceTo(4);
    cpu.stop();
    scheduler.advanceTo(100);
    expect(isDone).toBe(false);
  });
});
