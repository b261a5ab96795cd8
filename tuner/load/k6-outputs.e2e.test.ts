import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { toolPath } from '../../scripts/tools/tool-paths.ts';
import { startClock } from '../journal/run-clock.ts';
import { runLoad } from './run-load.ts';
import { plan as recordedPlan } from './validity/testing/recorded-lines.ts';

/** k6's own outputs beside ours, each sending to a server of this test. */

interface Received {
  readonly path: string;
  readonly type: string;
  readonly bytes: number;
}

let runFolder: string;
let server: Server;
let received: Received[];

beforeEach(async () => {
  runFolder = mkdtempSync(join(tmpdir(), 'outputs-'));
  received = [];
  server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      received.push({
        path: request.url ?? '',
        type: request.headers['content-type'] ?? '',
        bytes: body.length,
      });
      if (!request.url?.startsWith('/v1/')) return response.writeHead(200).end();
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write('data: {"event":"message","answer":"x"}\n\n');
      return response.end('data: {"event":"message_end"}\n\n');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
  rmSync(runFolder, { recursive: true });
});

const origin = () => `127.0.0.1:${(server.address() as AddressInfo).port}`;

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function load(extraOutputs: readonly string[], onBucket?: () => void) {
  const scenarios = recordedPlan.scenarios.map((scenario) => ({
    ...scenario,
    startArrivalsPerSecond: 5,
    stages: [{ durationSeconds: 4, arrivalsPerSecond: 5 }],
    preAllocatedVUs: 10,
    maxVUs: 10,
  }));
  return runLoad({
    plan: { ...recordedPlan, baseUrl: `http://${origin()}/v1`, scenarios },
    runFolder,
    clock: startClock(),
    keys: { chat: 'app-key' },
    k6Path: toolPath('k6'),
    signal: new AbortController().signal,
    extraOutputs,
    ...(onBucket === undefined ? {} : { onBucket }),
  });
}

const sentTo = (path: string) => received.filter((each) => each.path === path);

describe('--k6-out', () => {
  it('sends to Prometheus by remote write and to a collector of OpenTelemetry, beside the recording', async () => {
    vi.stubEnv('K6_PROMETHEUS_RW_SERVER_URL', `http://${origin()}/api/v1/write`);
    vi.stubEnv('K6_PROMETHEUS_RW_PUSH_INTERVAL', '1s');
    vi.stubEnv('K6_OTEL_EXPORTER_PROTOCOL', 'http/protobuf');
    vi.stubEnv('K6_OTEL_HTTP_EXPORTER_ENDPOINT', origin());
    vi.stubEnv('K6_OTEL_HTTP_EXPORTER_INSECURE', 'true');
    vi.stubEnv('K6_OTEL_EXPORT_INTERVAL', '1s');
    expect(await load(['experimental-prometheus-rw', 'opentelemetry'])).toMatchObject({ ended: 'complete' });
    const written = sentTo('/api/v1/write');
    expect(written.length).toBeGreaterThanOrEqual(2);
    expect(written.every(({ type, bytes }) => type === 'application/x-protobuf' && bytes > 0)).toBe(true);
    expect(sentTo('/v1/metrics').length).toBeGreaterThanOrEqual(1);
    expect(readFileSync(join(runFolder, 'load.ndjson'), 'utf8')).toContain(
      '"metric":"time_to_first_token_ms"',
    );
  });

  it('shows the web dashboard while the load runs', async () => {
    // A port of the system's choice cannot be learnt from outside: one that was free a moment ago has to do.
    const port = await freePort();
    vi.stubEnv('K6_WEB_DASHBOARD_PORT', String(port));
    vi.stubEnv('K6_WEB_DASHBOARD_HOST', '127.0.0.1');
    let page: Promise<{ status: number; text: string }> | null = null;
    const result = await load(['web-dashboard'], () => {
      page ??= fetch(`http://127.0.0.1:${port}/ui/`).then(async (answer) => ({
        status: answer.status,
        text: await answer.text(),
      }));
    });
    expect(result.ended).toBe('complete');
    expect(await page).toMatchObject({ status: 200, text: expect.stringContaining('<title>') });
  });

  it('writes a file of its own', async () => {
    await load([`json=${join(runFolder, 'k6.json')}`]);
    const points = readFileSync(join(runFolder, 'k6.json'), 'utf8').split('\n');
    expect(points.some((line) => line.includes('"metric":"requests"'))).toBe(true);
  });

  it('says which output is none', async () => {
    await expect(load(['promethius'])).rejects.toMatchObject({
      code: expect.stringMatching(/^K6_/),
      why: expect.stringContaining('promethius'),
      next: expect.stringContaining('--k6-out'),
    });
  });
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
