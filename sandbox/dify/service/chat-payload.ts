/** The bodies of chat and workflow requests, and Dify's refusals of bad ones. */
import { z } from 'zod';
import type { JsonReply } from '../wire/exchange.ts';
import { invalidParam, missingField, noUser } from './refusals.ts';

const responseMode = z.enum(['streaming', 'blocking']).default('blocking');

const chatSchema = z.object({
  inputs: z.record(z.string(), z.unknown()).default({}),
  query: z.string(),
  response_mode: responseMode,
  conversation_id: z.string().default(''),
  auto_generate_name: z.boolean().default(true),
  user: z.string(),
});

const runSchema = z.object({
  inputs: z.record(z.string(), z.unknown()),
  response_mode: responseMode,
  user: z.string(),
});

export type ChatPayload = z.infer<typeof chatSchema>;
export type RunPayload = z.infer<typeof runSchema>;

/** The checked body, or the reply that refuses it. */
export type Checked<T> = { readonly payload: T } | { readonly refusal: JsonReply };

export function checkChatPayload(body: unknown): Checked<ChatPayload> {
  return check(body, chatSchema, { model: 'ChatRequestPayload', required: 'query' });
}

export function checkRunPayload(body: unknown): Checked<RunPayload> {
  return check(body, runSchema, { model: 'WorkflowRunPayload', required: 'inputs' });
}

function check<T>(
  body: unknown,
  schema: z.ZodType<T>,
  { model, required }: { model: string; required: string },
): Checked<T> {
  if (typeof body !== 'object' || body === null) {
    return { refusal: invalidParam('Invalid JSON payload received or JSON payload is empty.') };
  }
  // The order is Dify's: who asks is looked at before what is asked.
  if (!('user' in body) || !body.user) return { refusal: noUser };
  if (!(required in body)) return { refusal: missingField(model, required, abbreviate(body)) };
  const parsed = schema.safeParse(body);
  if (parsed.success) return { payload: parsed.data };
  const [issue] = parsed.error.issues;
  return { refusal: invalidParam(`${issue?.path.join('.')}: ${issue?.message}`) };
}

/** Python's view of a dict, cut in the middle as pydantic does. */
function abbreviate(body: object): string {
  const text = JSON.stringify(body).replaceAll('"', "'").replaceAll(':', ': ').replaceAll(',', ', ');
  return text.length <= 50 ? text : `${text.slice(0, 25)}...${text.slice(-24)}`;
}
