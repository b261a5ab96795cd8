import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { RequestClass, TrafficClass } from '../contracts/component.ts';
import type { LoadPlan, PlannedScenario } from '../contracts/load-plan.ts';
import { exitCodes, failure, type TuneError } from '../errors.ts';

export interface CheckAppsOptions {
  readonly plan: Pick<LoadPlan, 'baseUrl' | 'scenarios'>;
  readonly keys: Readonly<Partial<Record<TrafficClass, string>>>;
  readonly signal: AbortSignal;
  /** How long a Service API that answers 5xx is given to come up; default 30. */
  readonly patienceSeconds?: number;
}

/** Body of GET /v1/info, recorded from Dify API 1.12.1; older versions send no mode. */
const infoSchema = z.looseObject({ name: z.string(), mode: z.string().optional() });
const failureSchema = z.looseObject({ message: z.string().optional() });

const fittingModes: Record<RequestClass, readonly string[]> = {
  chat: ['chat', 'agent-chat', 'advanced-chat'],
  workflow: ['workflow'],
};

/**
 * Asks Dify about each app of the plan before any load is made: a wrong key or the wrong kind of app would else
 * show as a run full of errors.
 *
 * @returns the X-Version header; null when Dify sends none
 * @throws TuneError SERVICE_UNREACHABLE, SERVICE_FAILING, KEY_REJECTED, APP_REFUSED (exit 3); NO_SERVICE_API,
 *   WRONG_APP_MODE, AGENT_STREAMS_ONLY, NO_KNOWLEDGE_BASE (exit 2); the signal's reason when it is aborted
 */
export async function checkApps(options: CheckAppsOptions): Promise<string | null> {
  let version: string | null = null;
  for (const scenario of options.plan.scenarios) {
    const { kind } = scenario;
    const seen =
      kind === 'indexing'
        ? await checkKnowledgeBase(scenario, options)
        : await checkApp(kind, scenario, options);
    version = seen ?? version;
  }
  return version;
}

/** The key of a knowledge base opens no /info. */
async function checkKnowledgeBase(
  { indexing }: PlannedScenario,
  options: CheckAppsOptions,
): Promise<string | null> {
  const datasetId = indexing?.datasetId ?? '';
  const url = `${options.plan.baseUrl.replace(/\/$/, '')}/datasets/${datasetId}/documents?limit=1`;
  const { status, text, version } = await askPatiently(url, options.keys.indexing ?? '', options);
  if (status === 401) throw keyRejected('indexing', url);
  if (status === 404) throw noKnowledgeBase(datasetId, url);
  if (status !== 200) throw appRefused('indexing', `${url} answered ${status}: ${messageOf(text)}`);
  return version;
}

async function checkApp(
  kind: RequestClass,
  { responseMode }: PlannedScenario,
  options: CheckAppsOptions,
): Promise<string | null> {
  const url = `${options.plan.baseUrl.replace(/\/$/, '')}/info`;
  const { status, text, version } = await askPatiently(url, options.keys[kind] ?? '', options);
  if (status === 401) throw keyRejected(kind, url);
  if (status === 404) throw noServiceApi(url, 'it answered 404');
  if (status !== 200) throw appRefused(kind, `${url} answered ${status}: ${messageOf(text)}`);
  const info = infoSchema.safeParse(parseJson(text));
  if (!info.success) throw noServiceApi(url, 'it answered something else than the Service API would');
  const { mode, name } = info.data;
  if (mode !== undefined && !fittingModes[kind].includes(mode)) throw wrongMode(kind, { name, mode });
  if (mode === 'agent-chat' && responseMode === 'blocking') throw agentStreamsOnly(name);
  return version;
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly version: string | null;
}

/** Pods that are still starting answer with 502 or 503 through their proxy. */
async function askPatiently(url: string, key: string, options: CheckAppsOptions): Promise<Answer> {
  const until = performance.now() + (options.patienceSeconds ?? 30) * 1_000;
  for (;;) {
    const answer = await ask(url, key, options.signal);
    if (answer.status < 500) return answer;
    if (performance.now() >= until) throw serviceFailing(url, answer.status);
    await sleep(500, undefined, { signal: options.signal }).catch(() => options.signal.throwIfAborted());
  }
}

async function ask(url: string, key: string, signal: AbortSignal): Promise<Answer> {
  try {
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${key}` },
      signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]),
    });
    const version = response.headers.get('x-version');
    return { status: response.status, text: await response.text(), version };
  } catch (thrown) {
    signal.throwIfAborted();
    throw unreachable(url, thrown);
  }
}

function unreachable(url: string, thrown: unknown): TuneError {
  const cause: unknown = thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown;
  const code = cause instanceof Error && 'code' in cause ? `${cause.code}: ` : '';
  return failure('SERVICE_UNREACHABLE', `cannot reach the Service API at ${url}`, {
    why: `${code}${cause instanceof Error ? cause.message : String(cause)}`,
    next: 'check `url` of the target in tune.yaml, and whether a port-forward or VPN is needed',
    exitCode: exitCodes.unreachable,
  });
}

function serviceFailing(url: string, status: number): TuneError {
  return failure('SERVICE_FAILING', `the Service API keeps answering ${status} at ${url}`, {
    why: 'no API pod is Ready, or what stands in front of it cannot reach one',
    next: 'look at the pods of the API component, then run again',
    exitCode: exitCodes.unreachable,
  });
}

function keyRejected(kind: TrafficClass, url: string): TuneError {
  return failure('KEY_REJECTED', `Dify refused the API key of \`apps.${kind}.key\` (401 at ${url})`, {
    why: 'the key was deleted, belongs to another Dify, or another secret was read',
    next:
      kind === 'indexing'
        ? 'copy a key from Knowledge > Service API to where `apps.indexing.key` is read from; the key of an app opens no knowledge base'
        : "copy a key from the app's page (API Access) to where `apps.*.key` is read from",
    exitCode: exitCodes.unreachable,
  });
}

function appRefused(kind: TrafficClass, why: string): TuneError {
  return failure('APP_REFUSED', `Dify does not serve the app of \`apps.${kind}\``, {
    why,
    next: "publish the app and switch on its API (API Access on the app's page)",
    exitCode: exitCodes.unreachable,
  });
}

function noServiceApi(url: string, why: string): TuneError {
  return failure('NO_SERVICE_API', `${url} is no Dify Service API`, {
    why: `${why}; \`url\` may be that of the web front end`,
    next: 'write the base of the API without /v1 under `url` of the target in tune.yaml',
    exitCode: exitCodes.usage,
  });
}

function wrongMode(kind: RequestClass, { name, mode }: { name: string; mode: string }): TuneError {
  return failure(
    'WRONG_APP_MODE',
    `the key of \`apps.${kind}.key\` opens "${name}", an app of mode ${mode}`,
    {
      why: `${kind} traffic needs one of ${fittingModes[kind].join(', ')}`,
      next: `give \`apps.${kind}.key\` the key of such an app`,
      exitCode: exitCodes.usage,
    },
  );
}

function agentStreamsOnly(name: string): TuneError {
  return failure(
    'AGENT_STREAMS_ONLY',
    `"${name}" is an agent, and the profile asks it for blocking answers`,
    {
      why: 'Dify answers an agent app in streaming mode only, and refuses every other request with 400',
      next: 'write `chat: { responseMode: streaming }` in the profile',
      exitCode: exitCodes.usage,
    },
  );
}

function noKnowledgeBase(datasetId: string, url: string): TuneError {
  return failure('NO_KNOWLEDGE_BASE', `Dify knows no knowledge base ${datasetId} (404 at ${url})`, {
    why: 'it was deleted, belongs to another workspace than the key, or `url` is not that of the Service API',
    next: "write the id from the address of the knowledge base's page under `apps.indexing.datasetId`",
    exitCode: exitCodes.usage,
  });
}

function messageOf(text: string): string {
  return failureSchema.safeParse(parseJson(text)).data?.message ?? 'no reason given';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
