import { describe, expect, it } from 'vitest';
import {
  celeryPayloadOf,
  deliveryTagOf,
  encodeCeleryMessage,
  encodeUnacked,
  workflowQueue,
} from './celery-message.ts';

const raw = encodeCeleryMessage(workflowQueue, '{"app_id":"a"}', 'my-dify-api-0');

describe('a Celery message', () => {
  it('has the keys of protocol 2 as kombu writes them to Redis', () => {
    const message = JSON.parse(raw);
    expect(Object.keys(message).sort()).toEqual([
      'body',
      'content-encoding',
      'content-type',
      'headers',
      'properties',
    ]);
    expect(message.headers).toMatchObject({
      lang: 'py',
      task: 'tasks.app_generate.workflow_execute_task.workflow_based_app_execution_task',
      origin: 'gen1@my-dify-api-0',
      retries: 0,
    });
    expect(message.properties).toMatchObject({
      correlation_id: message.headers.id,
      delivery_info: { exchange: '', routing_key: 'workflow_based_app_execution' },
      body_encoding: 'base64',
    });
    const [args, kwargs] = JSON.parse(Buffer.from(message.body, 'base64').toString());
    expect({ args, kwargs }).toEqual({ args: ['{"app_id":"a"}'], kwargs: {} });
  });

  it('gives back its payload and its tag', () => {
    expect(celeryPayloadOf(raw)).toEqual({ app_id: 'a' });
    expect(deliveryTagOf(raw)).toBe(JSON.parse(raw).properties.delivery_tag);
  });

  it.each(['', 'hello', '{}', '[1]', JSON.stringify({ body: 'x', properties: { delivery_tag: 't' } })])(
    'carries nothing when it is %j',
    (junk) => {
      expect(celeryPayloadOf(junk)).toBeNull();
    },
  );

  it('lies in unacked with exchange and routing key', () => {
    expect(JSON.parse(encodeUnacked(raw, workflowQueue))).toEqual([JSON.parse(raw), '', workflowQueue]);
  });
});
