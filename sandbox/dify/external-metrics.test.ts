import { request } from 'node:https';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type ExternalMetrics,
  type ExternalMetricsOptions,
  serveExternalMetrics,
} from './external-metrics.ts';

const group = '/apis/external.metrics.k8s.io/v1beta1';
const metric = `${group}/namespaces/dify/dify_workflow_queue_depth`;

/** As the aggregation layer asks that was told to skip verification. */
function get(port: number, path: string): Promise<{ status: number | undefined; body: unknown }> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, rejectUnauthorized: false };
    const outgoing = request(options, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode, body: JSON.parse(text) }));
    });
    outgoing.on('error', reject).end();
  });
}

describe('serveExternalMetrics', () => {
  let server: ExternalMetrics | undefined;
  afterEach(() => server?.close());

  async function start(change: Partial<ExternalMetricsOptions>) {
    const defaults = { port: 0, readDepth: () => Promise.resolve(7), pollSeconds: 0, isGone: () => false };
    server = await serveExternalMetrics({ ...defaults, ...change });
    return server.port;
  }

  it('lists its one metric, for the API server to find', async () => {
    expect(await get(await start({}), group)).toMatchObject({
      status: 200,
      body: {
        kind: 'APIResourceList',
        groupVersion: 'external.metrics.k8s.io/v1beta1',
        resources: [{ name: 'dify_workflow_queue_depth', kind: 'ExternalMetricValueList', namespaced: true }],
      },
    });
  });

  it('answers with the queue as one value, whatever the selector', async () => {
    const { status, body } = await get(await start({}), `${metric}?labelSelector=`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      kind: 'ExternalMetricValueList',
      items: [{ metricName: 'dify_workflow_queue_depth', value: '7' }],
    });
  });

  it('answers between polls with what it read last, and when that was', async () => {
    let depth = 1;
    const port = await start({ readDepth: () => Promise.resolve(depth), pollSeconds: 60 });
    const first = await get(port, metric);
    depth = 50;
    const second = await get(port, metric);
    expect(second.body).toEqual(first.body);
  });

  it('knows nothing while it is gone, or Redis is', async () => {
    expect((await get(await start({ isGone: () => true }), metric)).status).toBe(503);
    server?.close();
    const broken = await start({ readDepth: () => Promise.reject(new Error('no Redis')) });
    expect((await get(broken, metric)).status).toBe(503);
  });

  it('knows no other metric', async () => {
    const port = await start({});
    expect((await get(port, `${group}/namespaces/dify/other`)).status).toBe(404);
    expect((await get(port, '/openapi/v2')).status).toBe(404);
  });
});
