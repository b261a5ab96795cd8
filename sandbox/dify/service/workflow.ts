/** POST /v1/workflows/run, and /v1/chat-messages to a chatflow: run here, or enqueued and relayed. */
import { computeAt } from '../model/place.ts';
import { Channel, type Task, until, type Wait } from '../model/task.ts';
import { encodeCeleryMessage, workflowQueue } from '../queue/celery-message.ts';
import { type AppMode, tenantId } from '../wire/apps.ts';
import { blockingMessage } from '../wire/chat-events.ts';
import { blockingRun } from '../wire/workflow-events.ts';
import type { Dify, Visit } from './dify.ts';
import { pingEveryMs, startPings } from './ping-timer.ts';
import { internalError, invalidParam } from './refusals.ts';
import { executeRun, type RunOrder, type RunResult } from './workflow-run.ts';

export interface RunRequest {
  readonly order: RunOrder;
  readonly mode: AppMode;
  readonly isStream: boolean;
}

export function* answerRun(dify: Dify, visit: Visit, run: RunRequest): Task {
  try {
    yield* until(computeAt(visit.place, dify.world.cpuMs.workflowRequest.accept));
    if (run.isStream && dify.world.dify.streamingWorkflowsRunOn === 'worker') yield* relay(dify, visit, run);
    else if (run.isStream) yield* stream(dify, visit, run);
    else yield* block(dify, visit, run);
    visit.leave();
    yield* until(computeAt(visit.place, dify.world.cpuMs.workflowRequest.atEnd));
  } finally {
    visit.leave();
  }
}

/** Dify before 1.13: the run's events go straight out. */
function* stream(dify: Dify, { exchange, place, leave }: Visit, { order }: RunRequest): Task {
  const pings = startPings(dify.scheduler, () => exchange.ping() || leave());
  try {
    const result = yield* executeRun(dify, place, order, (json) => exchange.event(json) || leave());
    if (result) exchange.end();
    else exchange.json(internalError);
  } finally {
    pings.cancel();
  }
}

function* block(dify: Dify, { exchange, place }: Visit, { order, mode }: RunRequest): Task {
  const result = yield* executeRun(dify, place, order, () => {});
  exchange.json(result ? blockingReply(order, mode, result) : internalError);
}

function blockingReply({ ids }: RunOrder, mode: AppMode, { outcome, text, usage }: RunResult) {
  if (!ids.message) return { status: 200, body: blockingRun(ids, outcome), withCharset: true };
  if (outcome.status === 'failed') return invalidParam(`Run failed: ${outcome.error}`);
  return {
    status: 200,
    body: blockingMessage(ids.message, { mode, answer: text, usage }),
    withCharset: true,
  };
}

type Relayed = { readonly event: string } | 'ping' | 'timeout';

/** The channel Dify publishes a run's events on. */
export function channelOf(mode: AppMode, workflowRunId: string): string {
  return `channel:${mode}:${workflowRunId}`;
}

/** Dify from 1.13 on: subscribe, enqueue, pass on what comes until the run is finished or silent for too long. */
function* relay(dify: Dify, { exchange, place, leave }: Visit, { order, mode }: RunRequest): Task {
  const { world, scheduler, broker } = dify;
  const channel = new Channel<Relayed>();
  const topic = channelOf(mode, order.ids.workflowRunId);
  const silence = new SilenceWatch(dify, channel);
  try {
    const subscribed: Wait<void> = (resume) =>
      broker.subscribe(
        topic,
        (event) => channel.push({ event }),
        () => resume(),
      );
    yield* until(subscribed);
    broker.enqueue(
      workflowQueue,
      encodeCeleryMessage(workflowQueue, encodeOrder(order, mode), place.podName),
    );
    silence.start(scheduler.now());
    let isHeard = !world.dify.pingsBeforeWorkflow || exchange.ping();
    while (isHeard) {
      const relayed = yield* until(channel.next());
      if (relayed === 'timeout') break;
      if (relayed === 'ping') {
        isHeard = exchange.ping();
        continue;
      }
      silence.start(scheduler.now());
      yield* until(computeAt(place, world.cpuMs.workflowRequest.perEvent));
      isHeard = relayed.event === pingPayload ? exchange.ping() : exchange.event(relayed.event);
      if (relayed.event.startsWith('{"event":"workflow_finished"')) break;
    }
    // Unlike a run in the API, a relay whose client is gone ends with it; the run on the worker does not.
    exchange.end();
    leave();
  } finally {
    silence.stop();
    broker.unsubscribe(topic);
  }
}

/** A worker's own ping, as it travels through the channel. */
export const pingPayload = '"ping"';

/** Dify's AppExecutionParams; the order rides along, so that the worker knows nothing the message does not say. */
function encodeOrder(order: RunOrder, mode: AppMode): string {
  return JSON.stringify({
    app_id: order.ids.appId,
    workflow_id: order.ids.workflowId,
    tenant_id: tenantId,
    app_mode: mode,
    user: { TYPE: 'end_user', end_user_id: order.ids.endUserId },
    args: { inputs: order.inputs, order },
    invoke_from: 'service-api',
    streaming: true,
    call_depth: 0,
    root_node_id: null,
    workflow_run_id: order.ids.workflowRunId,
  });
}

/** Pings a silent relay every 10 s and gives it up after the idle timeout. */
class SilenceWatch {
  readonly #dify: Dify;
  readonly #channel: Channel<Relayed>;
  #timer: { cancel(): void } | undefined;
  #heardAtMs = 0;

  constructor(dify: Dify, channel: Channel<Relayed>) {
    this.#dify = dify;
    this.#channel = channel;
  }

  /** Something was heard; called for every event, so it only notes the time. */
  start(nowMs: number): void {
    this.#heardAtMs = nowMs;
    if (!this.#timer) this.#schedule(pingEveryMs);
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #schedule(delayMs: number): void {
    this.#timer = this.#dify.scheduler.after(delayMs, () => this.#look());
  }

  #look(): void {
    const silentMs = this.#dify.scheduler.now() - this.#heardAtMs;
    if (silentMs < pingEveryMs) {
      this.#schedule(pingEveryMs - silentMs);
      return;
    }
    const isTooLong = silentMs >= this.#dify.world.dify.relayIdleTimeoutSeconds * 1000;
    this.#channel.push(isTooLong ? 'timeout' : 'ping');
    if (!isTooLong) this.#schedule(pingEveryMs);
  }
}
