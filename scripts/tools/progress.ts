import { styleText } from 'node:util';

export interface Task {
  /** Says what the task does now: `downloading`, `building (812 packages)`. */
  update(doing: string): void;
  /** Prints how it ended and how long it took. */
  done(result: string): void;
  /** Takes the task off the list without a word. */
  drop(): void;
}

export interface Progress {
  note(text: string): void;
  begin(name: string, doing: string): Task;
  /** Stops the timer, so that the process can end. */
  close(): void;
}

export interface Output {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/** Long silence looks like a hang: without a terminal, running tasks are named this often. */
const remindSeconds = 30;

/**
 * Tells people what is being set up: a live last line on a terminal, plain lines anywhere else.
 *
 * @param now clock in milliseconds
 */
export function createProgress(output: Output, now: () => number = Date.now): Progress {
  const isLive = output.isTTY === true;
  const running = new Map<symbol, { name: string; doing: string; startedAt: number }>();
  let timer: NodeJS.Timeout | undefined;

  const clearLive = () => isLive && output.write('\r\x1b[K');
  const line = (text: string) => {
    clearLive();
    output.write(`setup: ${text}\n`);
  };
  const list = () =>
    [...running.values()]
      .map(({ name, doing, startedAt }) => `${name} ${doing}, ${formatElapsed(now() - startedAt)}`)
      .join(' · ');
  const tick = () => {
    if (running.size === 0) return;
    if (isLive) output.write(`\r\x1b[K${styleText('dim', list().slice(0, 110))}`);
    else line(`still at it: ${list()}`);
  };

  return {
    note: line,
    begin(name, doing) {
      const id = Symbol(name);
      const task = { name, doing, startedAt: now() };
      running.set(id, task);
      line(`${name}: ${doing}`);
      timer ??= setInterval(tick, isLive ? 1000 : remindSeconds * 1000).unref();
      return {
        update(text) {
          task.doing = text;
        },
        drop: () => void running.delete(id),
        done(result) {
          running.delete(id);
          line(`${name}: ${result} in ${formatElapsed(now() - task.startedAt)}`);
        },
      };
    },
    close() {
      clearInterval(timer);
      clearLive();
    },
  };
}

/** @example formatElapsed(372_000) // '6 min 12 s' */
export function formatElapsed(milliseconds: number): string {
  if (milliseconds < 10_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
