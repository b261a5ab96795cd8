import { describe, expect, it } from 'vitest';
import { Scheduler } from './scheduler.ts';
import { Channel, launch, pause, type Task, until } from './task.ts';

describe('launch', () => {
  it('lets a task wait in virtual time and go on with the value', () => {
    const scheduler = new Scheduler();
    const seen: number[] = [];
    function* task(): Task {
      yield* until(pause(scheduler, 5));
      seen.push(scheduler.now());
      seen.push(yield* until<number>((resume) => void scheduler.after(5, () => resume(42))));
    }
    let isOver = false;
    launch(task(), () => {
      isOver = true;
    });
    scheduler.advanceTo(20);
    expect({ seen, isOver }).toEqual({ seen: [5, 42], isOver: true });
  });

  it('runs the finally blocks of a killed task and forgets its waits', () => {
    const scheduler = new Scheduler();
    const seen: string[] = [];
    function* task(): Task {
      try {
        yield* until(pause(scheduler, 5));
        seen.push('went on');
      } finally {
        seen.push('cleaned up');
      }
    }
    const running = launch(task(), () => seen.push('ended'));
    running.kill();
    running.kill();
    scheduler.advanceTo(20);
    expect(seen).toEqual(['cleaned up']);
    expect(running.isOver).toBe(true);
  });
});

describe('Channel', () => {
  it('hands items on in order, whether they or the reader come first, and lets one jump the line', () => {
    const channel = new Channel<string>();
    const read: string[] = [];
    function* reader(): Task {
      for (let count = 0; count < 4; count++) read.push(yield* until(channel.next()));
    }
    channel.push('a');
    channel.push('b');
    channel.pushFirst('stop');
    launch(reader());
    expect(read).toEqual(['stop', 'a', 'b']);
    channel.push('c');
    expect(read).toEqual(['stop', 'a', 'b', 'c']);
  });
});
