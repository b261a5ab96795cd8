/**
 * A world: the truth the stand-in Dify lives by, and what its "user" runs today.
 *
 * The tuner never reads one of these files; a recommendation is judged by them. `cluster.ts` beside this
 * file holds the part that becomes Nodes, Deployments and HPAs.
 */
import { z } from 'zod';
import { clusterSchema } from './cluster.ts';
import { faultSchema } from './fault.ts';

const milliseconds = z.number().min(0);
const positive = z.number().positive();

/** A log-normal: skewed to the right like every latency that has been measured; `sigma` 0 is a constant. */
const logNormal = z.strictObject({
  median: positive.describe('half of the draws lie below, in the unit of the field'),
  sigma: z.number().min(0).max(3).describe('standard deviation of the natural logarithm, unitless'),
});

const streamingCost = z.strictObject({
  beforeLlm: milliseconds.describe('CPU ms from the request to the call of the model'),
  perToken: milliseconds.describe('CPU ms for each token'),
  atEnd: milliseconds.describe('CPU ms after the last token: saving, last events'),
});

const dify = z.strictObject({
  version: z.string().describe('what X-Version says'),
  streamingWorkflowsRunOn: z
    .enum(['worker', 'api'])
    .describe('worker: Dify >= 1.13, through Redis; api: older'),
  pingsBeforeWorkflow: z
    .boolean()
    .describe('true: a ping opens each relayed stream at once, as Dify >= 1.13 does'),
  autoNameWaitSeconds: z
    .number()
    .min(0)
    .describe(
      'the first message of a conversation to be named is held back so long: 1 in older versions, then 0',
    ),
  maxActiveRequests: z.number().int().min(0).describe('runs in flight allowed per app; 0: no limit'),
  relayIdleTimeoutSeconds: positive.describe('a relayed stream with no event for so long is ended'),
});

const cpuMs = z.strictObject({
  chat: streamingCost.describe('plain chat, in the API process'),
  autoName: milliseconds.describe('CPU ms more for the first message of a conversation that is to be named'),
  workflowRequest: z.strictObject({
    accept: milliseconds.describe('CPU ms in the API until a workflow or chatflow run starts or is enqueued'),
    perEvent: milliseconds.describe('CPU ms in the API for each event it relays'),
    atEnd: milliseconds.describe('CPU ms in the API when the run is over'),
  }),
  workflowRun: streamingCost.describe('start -> llm -> end, wherever the run executes'),
  chatflowRun: streamingCost.describe('start -> llm -> answer, wherever the run executes'),
  workflowRunNoLlm: milliseconds.describe('CPU ms of a start -> end run, wherever it executes'),
  indexing: z.strictObject({
    createByText: milliseconds.describe('CPU ms in the API for one document'),
    fixed: milliseconds.describe('CPU ms on the worker for one document'),
    perKilobyte: milliseconds.describe('CPU ms on the worker for each 1000 characters of text'),
  }),
  read: milliseconds.describe('CPU ms in the API for parameters, info, lists, status, stop and refusals'),
});

const running = z.strictObject({
  idleCpuMillicores: z.number().min(0).describe('CPU of a Ready pod without traffic, thousandths of a core'),
  startupCpuMillicores: z.number().min(0).describe('CPU of a pod that runs and is not Ready yet'),
  memory: z.strictObject({
    idleMiB: positive.describe('resident memory of a fresh pod'),
    perActiveMiB: z.number().min(0).describe('more for each request or run in flight'),
    growthKiBPerRequest: z.number().min(0).describe('kept after each finished request or run: the leak'),
  }),
});

const api = running.extend({
  listenBacklog: z
    .number()
    .int()
    .positive()
    .describe('connections a pod keeps waiting for a slot; more are refused'),
  gracefulTimeoutSeconds: positive.describe('gunicorn: how long streams go on after SIGTERM'),
  endpointLagSeconds: z.number().min(0).describe('how long a deleted pod is still routed to, and refuses'),
});

const worker = running.extend({
  singleSlotFetchSeconds: z
    .number()
    .min(0)
    .describe('gevent with concurrency 1 fetches a task only so often; 0: at once'),
});

const pluginDaemon = z.strictObject({
  cores: positive.describe('CPU of the one daemon all pods share'),
  cpuMsPerCall: milliseconds.describe('CPU ms for each LLM call, before the call goes out'),
  cpuMsPerToken: milliseconds.describe('CPU ms for each token on its way back'),
});

const llm = z.strictObject({
  secondsToFirstToken: logNormal.describe('seconds, when the prompt sets no ttft'),
  tokensPerSecond: logNormal.describe('tokens a second after the first, when the prompt sets no tps'),
  tokensPerAnswer: logNormal.describe('answer length in tokens, when the prompt sets no n'),
  maxConcurrentCalls: z
    .number()
    .int()
    .positive()
    .nullable()
    .describe('more are answered 429; null: no limit'),
  callsPerMinute: z
    .number()
    .int()
    .positive()
    .nullable()
    .describe('token bucket; more are answered 429; null: no limit'),
});

const postgres = z.strictObject({
  maxConnections: z.number().int().positive().describe('max_connections of the server'),
  otherConnections: z
    .number()
    .int()
    .min(0)
    .describe('held by plugin daemon, beat, superuser reserve, other clients'),
  poolSize: z.number().int().positive().describe('SQLALCHEMY_POOL_SIZE: kept open per process'),
  maxOverflow: z.number().int().min(0).describe('opened beyond the pool per process, closed on return'),
  poolTimeoutSeconds: positive.describe('a checkout that waits longer is a 500'),
  heldWhileStreaming: z.boolean().describe('true: a request keeps its connection while the model answers'),
  waitMsPerRequest: milliseconds.describe(
    'time a request spends waiting for answers of Postgres, without CPU',
  ),
});

const observation = z.strictObject({
  usageSeconds: positive.describe('period and window of the usage written to the pods, in seconds'),
  queueMetricPollSeconds: z
    .number()
    .min(0)
    .describe('the metrics adapter reads Redis so often; 0: on every request'),
});

export const worldSchema = z.strictObject({
  schemaVersion: z.literal(1),
  name: z
    .string()
    .regex(/^[a-z0-9-]+$/)
    .describe('equal to the file name'),
  seed: z.number().int().describe('of every draw; equal seeds draw equal numbers'),
  dify,
  cluster: clusterSchema,
  cpuMs,
  api,
  worker,
  pluginDaemon,
  llm,
  postgres,
  observation,
  faults: z.array(faultSchema).describe('what goes wrong when; empty: nothing'),
});

export type World = z.infer<typeof worldSchema>;
export type LogNormal = z.infer<typeof logNormal>;
export type StreamingCost = z.infer<typeof streamingCost>;
