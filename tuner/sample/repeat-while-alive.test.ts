import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Cluster } from '../cluster/cluster.ts';
import { openCluster } from '../cluster/open-cluster.ts';
import { FakeApiServer } from '../cluster/testing/fake-api-server.ts';
import { fakeTarget, installFakeRelease } from '../cluster/testing/fake-release.ts';
import type { ClusterSample } from '../contracts/cluster-sample.ts';
import type { RunEvent } from '../contracts/run-event.ts';
import { startGapLog } from './gap-log.ts';
import { repeatWhileAlive } from './repeat-while-alive.ts';
import type { WatchedSource } from './source.ts';

const soon = { timeout: 4_000, interval: 10 };
let server: FakeApiServer;
let cluster: Cluster;
let stop: AbortController;

beforeEach(async () => {
  stop = new AbortController();
  server = await new FakeApiServer().start();
  installFakeRelease(server);
  cluster = await openCluster(fakeTarget(server), { signal: stop.signal });
});
afterEach(async () => {
  stop.abort();
  cluster.close();
  await server.dispose();
});

function source(name: string, isUp = true) {
  const repeated: number[] = [];
  const settled = Promise.resolve();
  const watched: WatchedSource = {
    name,
    ready: settled,
    ended: settled,
    isUp: () => isUp,
    repeat: (olderThanSeconds) => repeated.push(olderThanSeconds),
  };
  return { watched, repeated };
}

it('lets sources repeat what is older than their period, and none that is down', async () => {
  const [pods, hpa, down] = [source('pods/api'), source('hpa'), source('scale', false)];
  const lines: (ClusterSample | RunEvent)[] = [];
  const clock = { startAt: new Date(), nowSeconds: () => 100, secondsAt: () => 0 };
  const write = (line: ClusterSample | RunEvent) => lines.push(line);
  const gaps = startGapLog(clock, write);
  const context = { cluster, target: fakeTarget(server), clock, signal: stop.signal, gaps, write };
  const poll = repeatWhileAlive(context, [pods.watched, hpa.watched, down.watched], 20);
  await poll.ready;
  // Periods of 5 and 15 s, less half a poll of 20 ms.
  expect(pods.repeated[0]).toBeCloseTo(95.01, 9);
  expect(hpa.repeated[0]).toBeCloseTo(85.01, 9);
  expect(down.repeated).toEqual([]);

  server.answer('/version', 503);
  await vi.waitFor(() => expect(gaps.open()).toHaveLength(3), soon);
  const count = pods.repeated.length;
  server.answer('/version', { gitVersion: 'v1.37.2' });
  await vi.waitFor(() => expect(pods.repeated.length).toBeGreaterThan(count), soon);
  expect(gaps.open().map((gap) => gap.source)).toEqual(['scale']);
});
