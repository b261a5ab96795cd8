/** The JSON that Celery puts into a Redis list, as kombu writes it (protocol 2). */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';

export const workflowQueue = 'workflow_based_app_execution';
export const indexingQueue = 'priority_dataset';

/** The queues the stand-in's workers consume, in the order they look at them. */
export const consumedQueues = [workflowQueue, indexingQueue];

const tasks: Readonly<Record<string, string>> = {
  [workflowQueue]: 'tasks.app_generate.workflow_execute_task.workflow_based_app_execution_task',
  [indexingQueue]: 'tasks.document_indexing_task.priority_document_indexing_task',
};

const messageSchema = z.object({
  body: z.string(),
  properties: z.object({ delivery_tag: z.string() }),
});
const bodySchema = z.tuple([z.tuple([z.string()]), z.unknown(), z.unknown()]);

/** @param payload the task's one argument, JSON text */
export function encodeCeleryMessage(queue: string, payload: string, origin: string): string {
  const id = randomUUID();
  const body = JSON.stringify([[payload], {}, { callbacks: null, errbacks: null, chain: null, chord: null }]);
  return JSON.stringify({
    body: Buffer.from(body).toString('base64'),
    'content-encoding': 'utf-8',
    'content-type': 'application/json',
    headers: {
      lang: 'py',
      task: tasks[queue] ?? queue,
      id,
      shadow: null,
      eta: null,
      expires: null,
      group: null,
      group_index: null,
      retries: 0,
      timelimit: [null, null],
      root_id: id,
      parent_id: null,
      argsrepr: '',
      kwargsrepr: '{}',
      origin: `gen1@${origin}`,
      ignore_result: true,
      replaced_task_nesting: 0,
      stamped_headers: null,
      stamps: {},
    },
    properties: {
      correlation_id: id,
      reply_to: randomUUID(),
      delivery_mode: 2,
      delivery_info: { exchange: '', routing_key: queue },
      priority: 0,
      body_encoding: 'base64',
      delivery_tag: randomUUID(),
    },
  });
}

/** null when it is no Celery message: anybody can push into a list. */
export function deliveryTagOf(raw: string): string | null {
  return readMessage(raw)?.properties.delivery_tag ?? null;
}

/** The task's argument, parsed; null when the message carries something else. */
export function celeryPayloadOf(raw: string): unknown {
  const message = readMessage(raw);
  if (!message) return null;
  const body = bodySchema.safeParse(parseJson(Buffer.from(message.body, 'base64').toString('utf8')));
  return body.success ? parseJson(body.data[0][0]) : null;
}

/** What kombu keeps in the hash `unacked` under the delivery tag. */
export function encodeUnacked(raw: string, queue: string): string {
  return JSON.stringify([JSON.parse(raw), '', queue]);
}

function readMessage(raw: string): z.infer<typeof messageSchema> | undefined {
  return messageSchema.safeParse(parseJson(raw)).data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
