import { describe, expect, it } from 'vitest';
import type { PodSnapshot } from '../kubernetes/pod-source.ts';
import { workflowQueue } from '../queue/celery-message.ts';
import { Trial, worldNamed } from '../testing/trial.ts';

/** A trial with one worker of this environment, and API pods that never are the limit. */
function withWorker(env: Record<string, string>, change: Partial<PodSnapshot> = {}): Trial {
  const trial = new Trial(worldNamed('comfortable'), { api: 4, worker: 0 });
  trial.model.fleet.seen(trial.pod('worker', 0, { env, cpuLimitCores: null, ...change }));
  return trial;
}

/** Runs ended after so many seconds when 60 wait from the start; one takes about 0.2 s of nothing but CPU and wait. */
function drained(env: Record<string, string>, seconds: number): number {
  const trial = withWorker(env);
  const sent = Array.from({ length: 60 }, () => trial.run('[[ttft=0 tps=1000 n=1]]'));
  trial.advance(seconds);
  return sent.filter(({ ending }) => ending === 'ended').length;
}

describe('a worker pod', () => {
  // Measured on a Dify 1.12.1 with tasks of 0.15 s: gevent with concurrency 1 drained 0.5 a second, 4 and prefork 5.
  it('drains 0.5 runs a second under gevent with concurrency 1, for it fetches only every 2 s', () => {
    expect(drained({ CELERY_WORKER_AMOUNT: '1', CELERY_WORKER_CLASS: 'gevent' }, 20)).toBeGreaterThanOrEqual(
      9,
    );
    expect(drained({ CELERY_WORKER_AMOUNT: '1', CELERY_WORKER_CLASS: 'gevent' }, 20)).toBeLessThanOrEqual(11);
  });

  it.each([
    { CELERY_WORKER_AMOUNT: '4', CELERY_WORKER_CLASS: 'gevent' },
    { CELERY_WORKER_AMOUNT: '1', CELERY_WORKER_CLASS: 'prefork' },
  ])('drains about 5 runs a second with %o', (env) => {
    expect(drained(env, 5)).toBeGreaterThan(18);
    expect(drained(env, 5)).toBeLessThan(36);
  });

  it('uses as many cores as it has prefork processes, and one under gevent', () => {
    const cores = (env: Record<string, string>) => {
      const trial = withWorker(env);
      for (let count = 0; count < 200; count++) trial.run('[[ttft=0 tps=1000 n=1]]');
      trial.advance(5);
      return trial.model.fleet.pods.find(({ component }) => component === 'worker')?.process.cpu.usedMs ?? 0;
    };
    expect(cores({ CELERY_WORKER_AMOUNT: '4', CELERY_WORKER_CLASS: 'gevent' }) / 5000).toBeLessThanOrEqual(1);
    expect(cores({ CELERY_WORKER_AMOUNT: '4', CELERY_WORKER_CLASS: 'prefork' }) / 5000).toBeGreaterThan(2);
  });

  it('runs as many as it has slots, holds one more unacknowledged, and leaves the rest in the list', () => {
    const trial = withWorker({ CELERY_WORKER_AMOUNT: '3' });
    for (let count = 0; count < 10; count++) trial.run('[[ttft=5 n=1]]');
    trial.advance(1);
    const worker = trial.model.fleet.pods.find(({ component }) => component === 'worker')?.process;
    expect({
      running: worker?.inService,
      unacked: trial.broker.unacked.size,
      waiting: trial.broker.length(workflowQueue),
    }).toEqual({ running: 3, unacked: 1, waiting: 6 });
  });

  it('fetches nothing before it is Ready', () => {
    const trial = withWorker({ CELERY_WORKER_AMOUNT: '4' }, { isReady: false });
    trial.run('[[ttft=0.1 n=1]]');
    trial.advance(5);
    expect(trial.broker.length(workflowQueue)).toBe(1);
    trial.model.fleet.seen(trial.pod('worker', 0));
    trial.advance(5);
    expect(trial.broker.length(workflowQueue)).toBe(0);
  });

  it('finishes its runs within its grace and gives back what it had only fetched', () => {
    const trial = withWorker({ CELERY_WORKER_AMOUNT: '2' });
    const sent = Array.from({ length: 4 }, () => trial.run('[[ttft=5 n=1]]'));
    trial.advance(1);
    trial.model.fleet.seen(trial.pod('worker', 0, { isTerminating: true, graceSeconds: 30 }));
    expect({ unacked: trial.broker.unacked.size, waiting: trial.broker.length(workflowQueue) }).toEqual({
      unacked: 0,
      waiting: 2,
    });
    trial.advance(15);
    expect(sent.filter(({ ending }) => ending === 'ended')).toHaveLength(2);
    expect(sent.filter(({ ending }) => ending === null)).toHaveLength(2);
    expect(trial.model.truth.line().lostRuns).toBe(0);
  });

  it('loses the runs that outlast its grace: nobody runs them again, and their clients hear pings only', () => {
    const trial = withWorker({ CELERY_WORKER_AMOUNT: '2' });
    const [lost] = [trial.run('[[ttft=60 n=1]]'), trial.run('[[ttft=60 n=1]]')];
    trial.advance(1);
    trial.model.fleet.seen(trial.pod('worker', 0, { isTerminating: true, graceSeconds: 10 }));
    trial.model.fleet.seen(trial.pod('worker', 1));
    trial.advance(100);
    expect(trial.model.truth.line().lostRuns).toBe(2);
    expect(lost?.eventNames.slice(0, 6)).toEqual([
      'ping',
      'workflow_started',
      'node_started',
      'node_finished',
      'node_started',
      'ping',
    ]);
    expect(lost?.eventNames.at(-1)).toBe('ping');
    expect(lost?.ending).toBeNull();
    // Dify gives a silent relay up after 300 s.
    trial.advance(250);
    expect(lost?.ending).toBe('ended');
  });
});
