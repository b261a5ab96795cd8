/** external.metrics.k8s.io for one metric: how many runs wait, as an adapter would read it from Redis. */
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';

export const queueMetricName = 'dify_workflow_queue_depth';
const group = '/apis/external.metrics.k8s.io/v1beta1';

export interface ExternalMetricsOptions {
  /** 0: any free port. */
  readonly port: number;
  /** Messages that wait or are fetched and not started. */
  readonly readDepth: () => Promise<number>;
  /** The adapter reads Redis so often and answers with what it read last; 0: it reads for every request. */
  readonly pollSeconds: number;
  /** While true the adapter knows nothing, as one that has lost its Redis. */
  readonly isGone: () => boolean;
}

export interface ExternalMetrics {
  readonly port: number;
  close(): void;
}

interface Reading {
  readonly depth: number;
  readonly at: Date;
}

export async function serveExternalMetrics(options: ExternalMetricsOptions): Promise<ExternalMetrics> {
  const read = readerOf(options);
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'stand-in-queue-metric' }], {
    keyType: 'ec',
  });
  const server = createServer({ key, cert }, (request, response) => {
    const path = new URL(request.url ?? '/', 'https://metrics').pathname;
    answerTo(path, read.latest, options.isGone).then(({ status, body }) => {
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(body));
    });
  });
  const port = await listen(server, options.port);
  return {
    port,
    close() {
      read.stop();
      server.close();
      server.closeAllConnections();
    },
  };
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

async function answerTo(
  path: string,
  latest: () => Promise<Reading | null>,
  isGone: () => boolean,
): Promise<Answer> {
  if (path === group) return { status: 200, body: resourceList };
  const metric = new RegExp(`^${group}/namespaces/[^/]+/([^/]+)$`).exec(path)?.[1];
  if (metric === undefined) return failure(404, `no ${path} here`);
  if (metric !== queueMetricName) return failure(404, `no external metric ${metric}`);
  const reading = isGone() ? null : await latest().catch(() => null);
  if (!reading) return failure(503, 'the queue could not be read');
  return { status: 200, body: valueList(reading) };
}

const resourceList = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: 'external.metrics.k8s.io/v1beta1',
  resources: [
    {
      name: queueMetricName,
      singularName: '',
      namespaced: true,
      kind: 'ExternalMetricValueList',
      verbs: ['get'],
    },
  ],
};

function valueList({ depth, at }: Reading): object {
  return {
    kind: 'ExternalMetricValueList',
    apiVersion: 'external.metrics.k8s.io/v1beta1',
    metadata: {},
    items: [
      { metricName: queueMetricName, metricLabels: {}, timestamp: at.toISOString(), value: String(depth) },
    ],
  };
}

function failure(code: number, message: string): Answer {
  const body = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code };
  return { status: code, body };
}

/** Reads at once for every question, or every so often and answers with the last reading. */
function readerOf({ readDepth, pollSeconds }: ExternalMetricsOptions) {
  const read = async (): Promise<Reading> => ({ depth: await readDepth(), at: new Date() });
  if (pollSeconds === 0) return { latest: read, stop: () => {} };
  let last: Reading | null = null;
  const poll = () => {
    read().then(
      (reading) => {
        last = reading;
      },
      () => {
        last = null;
      },
    );
  };
  poll();
  const timer = setInterval(poll, pollSeconds * 1000);
  return { latest: () => Promise.resolve(last), stop: () => clearInterval(timer) };
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port }, resolve);
  });
  return (server.address() as AddressInfo).port;
}
