/** The bodies of chat and workflow requests, and Dify's refusals of bad ones. */
import { z } from 'zod';
import type { JsonReply } from '../wire/exchange.ts';
import { invalidParam, missingFields, noUser } from './refusals.ts';

const responseMode = z.enum(['streaming', 'blocking']).default('blocking');

const chatSchema = z.object({
  inputs: z.record(z.string(), z.unknown()),
  query: z.string(),
  response_mode: responseMode,
  conversation_id: z
    .string()
    .refine((id) => id === '' || isUuid(id), 'Value error, conversation_id must be a valid UUID')
    .default(''),
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

/** Who asks is looked at before anything else, the app's mode and what is asked after it: the order is Dify's. */
export function checkUser(body: unknown): Checked<{ user: string }> {
  if (typeof body !== 'object' || body === null) {
    return { refusal: invalidParam('Invalid JSON payload received or JSON payload is empty.') };
  }
  if (!('user' in body) || !body.user) return { refusal: noUser };
  return { payload: { user: String(body.user) } };
}

export function checkChatPayload(body: unknown): Checked<ChatPayload> {
  return check(body, chatSchema, { model: 'ChatRequestPayload', required: ['inputs', 'query'] });
}

export function checkRunPayload(body: unknown): Checked<RunPayload> {
  return check(body, runSchema, { model: 'WorkflowRunPayload', required: ['inputs'] });
}

function check<T>(
  body: unknown,
  schema: z.ZodType<T>,
  { model, required }: { model: string; required: readonly string[] },
): Checked<T> {
  const asks = checkUser(body);
  if ('refusal' in asks) return asks;
  const missing = required.filter((field) => !(field in (body as object)));
  if (missing.length > 0) return { refusal: missingFields(model, missing, abbreviate(body as object)) };
  const parsed = schema.safeParse(body);
  if (parsed.success) return { payload: parsed.data };
  const [issue] = parsed.error.issues;
  return { refusal: invalidParam(`${issue?.path.join('.')}: ${issue?.message}`) };
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/** Python's view of a dict, cut in the middle as pydantic does. */
function abbreviate(body: object): string {
  const text = JSON.stringify(body).replaceAll('"', "'").replaceAll(':', ': ').replaceAll(',', ', ');
  return text.length <= 50 ? text : `${text.slice(0, 25)}...${text.slice(-24)}`;
}
