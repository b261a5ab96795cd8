/** Refusals in Dify's words: the replies a client of the Service API has to cope with. */
import type { JsonReply } from '../wire/exchange.ts';

function refusal(status: number, code: string, message: string): JsonReply {
  return { status, body: { code, message, status } };
}

export function invalidParam(message: string): JsonReply {
  return refusal(400, 'invalid_param', message);
}

export const noAuthorization = refusal(
  401,
  'unauthorized',
  "Authorization header must be provided and start with 'Bearer'",
);

export const badKey = refusal(401, 'unauthorized', 'Access token is invalid');

export const notWorkflowApp = refusal(
  400,
  'not_workflow_app',
  'Please check if your app mode matches the right API route.',
);

export const notChatApp = refusal(
  400,
  'not_chat_app',
  'Please check if your app mode matches the right API route.',
);

export const noUser = invalidParam('Arg user must be provided.');

/** Pydantic's sentences for fields that are missing, as Dify passes them on. */
export function missingFields(model: string, fields: readonly string[], input: string): JsonReply {
  const lines = [
    `${fields.length} validation error${fields.length > 1 ? 's' : ''} for ${model}`,
    ...fields.flatMap((field) => [
      field,
      `  Field required [type=missing, input_value=${input}, input_type=dict]`,
      '    For further information visit https://errors.pydantic.dev/2.11/v/missing',
    ]),
  ];
  return invalidParam(lines.join('\n'));
}

/** An agent answers in a stream or not at all. */
export const agentStreamsOnly = invalidParam('Agent Chat App does not support blocking mode');

/** Flask's 404 with its guesses at what was meant. */
export function notFound(what: string, path: string, guesses: readonly string[]): JsonReply {
  const hint = guesses.length > 0 ? ` but did you mean ${guesses.join(' or ')} ?` : '';
  return refusal(404, 'not_found', `${what} You have requested this URI [${path}]${hint}`);
}

export const internalError = refusal(
  500,
  'internal_server_error',
  'The server encountered an internal error and was unable to complete your request. Either the server is overloaded or there is an error in the application.',
);
