/** What a Celery message makes a worker do: run a workflow and publish its events, or index a document. */
import { z } from 'zod';
import { computeAt, type Place } from '../model/place.ts';
import { type Task, until } from '../model/task.ts';
import type { Delivery } from '../queue/broker.ts';
import { celeryPayloadOf, indexingQueue } from '../queue/celery-message.ts';
import type { AppMode } from '../wire/apps.ts';
import type { Dify } from './dify.ts';
import { startPings } from './ping-timer.ts';
import { channelOf, pingPayload } from './workflow.ts';
import { executeRun, type RunOrder } from './workflow-run.ts';

const runSchema = z.object({
  app_mode: z.enum(['workflow', 'advanced-chat']),
  args: z.object({ order: z.custom<RunOrder>((value) => typeof value === 'object' && value !== null) }),
});
const indexingSchema = z.object({ dataset_id: z.string(), document_ids: z.array(z.string()) });

/** A message that is not the stand-in's own does nothing, as Celery drops what it cannot read. */
export function* executeMessage(dify: Dify, delivery: Delivery, place: Place): Task {
  const payload = celeryPayloadOf(delivery.raw);
  if (delivery.queue === indexingQueue) {
    const order = indexingSchema.safeParse(payload);
    if (order.success) yield* index(dify, place, order.data);
    return;
  }
  const order = runSchema.safeParse(payload);
  if (order.success) yield* run(dify, place, { mode: order.data.app_mode, order: order.data.args.order });
}

function* run(dify: Dify, place: Place, { mode, order }: { mode: AppMode; order: RunOrder }): Task {
  const channel = channelOf(mode, order.ids.workflowRunId);
  const publish = (json: string) => dify.broker.publish(channel, json);
  const pings = startPings(dify.scheduler, () => publish(pingPayload));
  try {
    const result = yield* executeRun(dify, place, order, publish);
    if (!result)
      publish(JSON.stringify({ event: 'error', message: 'connection to server failed', status: 500 }));
  } finally {
    pings.cancel();
  }
}

function* index(dify: Dify, place: Place, order: z.infer<typeof indexingSchema>): Task {
  const { fixed, perKilobyte } = dify.world.cpuMs.indexing;
  for (const id of order.document_ids) {
    const document = dify.datasets.findDocument(order.dataset_id, id);
    if (!document) continue;
    dify.datasets.beginIndexing(document);
    yield* until(computeAt(place, fixed + (perKilobyte * document.text.length) / 1000));
    dify.datasets.completeIndexing(document);
  }
}
