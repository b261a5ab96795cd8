import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type LiveReplicas, startLiveView } from './live-view.ts';
import type { LiveLoad } from './load-run.ts';

const load = (atSeconds: number, fields: Partial<LiveLoad> = {}): LiveLoad => ({
  atSeconds,
  arrivalsPerSecond: 4,
  completionsPerSecond: 3.5,
  activeStreams: 12,
  timeToFirstTokenP95Ms: 840,
  errorRatio: 0.004,
  droppedIterations: 0,
  remainingSeconds: 100 - atSeconds,
  ...fields,
});
const cluster = (): LiveReplicas => ({
  components: {
    api: { readyReplicas: 2, desiredReplicas: 3 },
    worker: { readyReplicas: 1, desiredReplicas: null },
  },
  queueDepth: 9,
  openGaps: [],
});

function shownOn(options: { isTTY: boolean; cluster?: () => LiveReplicas }, ...loads: LiveLoad[]): string {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  const output = Object.assign(stream, { isTTY: options.isTTY, columns: 120, rows: 40 });
  const view = startLiveView({ output, totalSeconds: 100, cluster: options.cluster ?? cluster });
  for (const each of loads) view.show(each);
  view.stop();
  return text;
}

describe('startLiveView', () => {
  it('writes a plain line every ten seconds where there is no terminal', () => {
    const seconds = Array.from({ length: 25 }, (_, index) => load(index));
    expect(shownOn({ isTTY: false }, ...seconds).split('\n')).toEqual([
      'load 0%, 1:40 left, 4.0/s, 12 streams, first token p95 840 ms, errors 0.4%, api 2→3, worker 1, queue 9',
      'load 10%, 1:30 left, 4.0/s, 12 streams, first token p95 840 ms, errors 0.4%, api 2→3, worker 1, queue 9',
      'load 20%, 1:20 left, 4.0/s, 12 streams, first token p95 840 ms, errors 0.4%, api 2→3, worker 1, queue 9',
      '',
    ]);
  });

  it('draws a bar with the time left on a terminal', () => {
    const shown = shownOn({ isTTY: true }, load(50));
    expect(shown).toContain(`load ${'█'.repeat(15)}${'░'.repeat(15)} 0:50 left`);
    expect(shown).toContain('4.0/s, 12 streams');
  });

  it('shows what is unknown as such, and what went wrong', () => {
    const unknown = {
      timeToFirstTokenP95Ms: null,
      errorRatio: null,
      activeStreams: null,
      droppedIterations: 3,
    };
    const silent = () => ({ components: {}, queueDepth: null, openGaps: [{ source: 'hpa' }] });
    expect(shownOn({ isTTY: false, cluster: silent }, load(0, unknown))).toBe(
      'load 0%, 1:40 left, 4.0/s, ? streams, first token p95 ?, errors ?, 3 DROPPED, queue ?, silent: hpa\n',
    );
  });

  it('says how many of several runners are left, and nothing while all are', () => {
    expect(shownOn({ isTTY: false }, load(0, { runners: { running: 2, all: 3 } }))).toContain(
      ', 2 of 3 RUNNERS,',
    );
    expect(shownOn({ isTTY: false }, load(0, { runners: { running: 3, all: 3 } }))).not.toContain('RUNNERS');
  });

  it('keeps what is said meanwhile above what it redraws', () => {
    let text = '';
    const stream = new Writable({
      write(chunk, _encoding, done) {
        text += chunk;
        done();
      },
    });
    const output = Object.assign(stream, { isTTY: true, columns: 120, rows: 40 });
    const view = startLiveView({ output, totalSeconds: 100, cluster });
    view.show(load(10));
    text = '';
    view.above(() => stream.write('runner 1 is lost\n'));
    // The three lines go before, and come again behind it.
    const [erased = '', redrawn = ''] = text.split('runner 1 is lost\n');
    expect(erased).toContain('\u001B[2K');
    expect(redrawn).toContain('1:30 left');
  });

  it('writes seconds where milliseconds would be long', () => {
    expect(shownOn({ isTTY: false }, load(0, { timeToFirstTokenP95Ms: 2345 }))).toContain('p95 2.35 s');
  });
});
