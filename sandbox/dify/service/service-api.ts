/** Which request gets which answer: the routes of the Service API a load test touches. */
import { randomUUID } from 'node:crypto';
import { computeAt } from '../model/place.ts';
import { type Task, until } from '../model/task.ts';
import { infoReply, parametersReply } from '../wire/app-replies.ts';
import { type App, appOfKey, datasetKey } from '../wire/apps.ts';
import type { JsonReply } from '../wire/exchange.ts';
import { unixSeconds } from '../wire/workflow-events.ts';
import { answerChat } from './chat.ts';
import { type ChatPayload, checkChatPayload, checkRunPayload, checkUser } from './chat-payload.ts';
import type { Conversation } from './conversations.ts';
import { answerDatasets } from './dataset-routes.ts';
import type { Dify, Visit } from './dify.ts';
import { replyOfProcess } from './process-routes.ts';
import {
  agentStreamsOnly,
  badKey,
  invalidParam,
  noAuthorization,
  notChatApp,
  notFound,
  notWorkflowApp,
  noUser,
} from './refusals.ts';
import { answerRun } from './workflow.ts';
import { newRunIds, type RunOrder } from './workflow-run.ts';

/** Answers one request in its slot, from its first CPU to its last, and leaves the slot. */
export function* answer(dify: Dify, visit: Visit): Task {
  try {
    yield* route(dify, visit);
  } finally {
    visit.leave();
  }
}

function* route(dify: Dify, visit: Visit): Task {
  const { request } = visit;
  const process = replyOfProcess(dify, visit);
  if (process) return yield* reply(dify, visit, process);
  const key = /^Bearer +(.+)$/i.exec(request.authorization ?? '')?.[1];
  if (key === undefined) return yield* reply(dify, visit, noAuthorization);
  const [version, resource, ...parts] = request.path.split('/').slice(1);
  if (version === 'v1' && resource === 'datasets') {
    if (key !== datasetKey) return yield* reply(dify, visit, badKey);
    return yield* answerDatasets(dify, visit, parts);
  }
  const app = appOfKey(key);
  if (!app) return yield* reply(dify, visit, badKey);
  if (request.method === 'POST' && request.path === '/v1/chat-messages') return yield* chat(dify, visit, app);
  if (request.method === 'POST' && request.path === '/v1/workflows/run')
    return yield* workflow(dify, visit, app);
  yield* reply(dify, visit, replyAboutApp(dify, visit, app));
}

/** What costs no more than reading a row. */
function* reply(dify: Dify, { place, exchange }: Visit, json: JsonReply): Task {
  yield* until(computeAt(place, dify.world.cpuMs.read));
  exchange.json(json);
}

function* chat(dify: Dify, visit: Visit, app: App): Task {
  const asks = checkUser(visit.request.body);
  if ('refusal' in asks) return yield* reply(dify, visit, asks.refusal);
  if (app.mode === 'workflow') return yield* reply(dify, visit, notChatApp);
  const checked = checkChatPayload(visit.request.body);
  if ('refusal' in checked) return yield* reply(dify, visit, checked.refusal);
  const { payload } = checked;
  if (app.mode === 'agent-chat' && payload.response_mode === 'blocking')
    return yield* reply(dify, visit, agentStreamsOnly);
  const conversation = conversationOf(dify, app, payload);
  if (!conversation) {
    const guesses = ['/v1/chat-messages', '/api/chat-messages', '/v1/chat-messages/<string:task_id>/stop'];
    return yield* reply(dify, visit, notFound('Conversation Not Exists.', visit.request.path, guesses));
  }
  yield* letIn(dify, visit, app, (inside) => {
    if (app.workflowId === null) return answerChat(dify, inside, { app, payload, conversation });
    const order = chatflowOrder(app, payload, conversation);
    return answerRun(dify, inside, {
      order,
      mode: app.mode,
      isStream: payload.response_mode === 'streaming',
    });
  });
}

function conversationOf(dify: Dify, app: App, payload: ChatPayload): Conversation | undefined {
  if (payload.conversation_id === '') return dify.conversations.create(app.id, payload.user);
  return dify.conversations.find(payload.conversation_id, app.id, payload.user);
}

function chatflowOrder(app: App, payload: ChatPayload, conversation: Conversation): RunOrder {
  conversation.messages += 1;
  const message = {
    conversationId: conversation.id,
    messageId: randomUUID(),
    taskId: randomUUID(),
    createdAt: unixSeconds(),
  };
  return {
    ids: newRunIds({ workflowId: app.workflowId ?? '', appId: app.id, user: payload.user, message }),
    hasLlm: app.hasLlm,
    prompt: payload.query,
    inputs: payload.inputs,
    dialogueCount: conversation.messages,
  };
}

function* workflow(dify: Dify, visit: Visit, app: App): Task {
  const asks = checkUser(visit.request.body);
  if ('refusal' in asks) return yield* reply(dify, visit, asks.refusal);
  if (app.mode !== 'workflow') return yield* reply(dify, visit, notWorkflowApp);
  const checked = checkRunPayload(visit.request.body);
  if ('refusal' in checked) return yield* reply(dify, visit, checked.refusal);
  const { inputs, user, response_mode: mode } = checked.payload;
  if (typeof inputs.question !== 'string' || inputs.question === '') {
    return yield* reply(dify, visit, invalidParam('question is required in input form'));
  }
  const order: RunOrder = {
    ids: newRunIds({ workflowId: app.workflowId ?? '', appId: app.id, user, message: null }),
    hasLlm: app.hasLlm,
    prompt: inputs.question,
    inputs,
    dialogueCount: 0,
  };
  yield* letIn(dify, visit, app, (inside) =>
    answerRun(dify, inside, { order, mode: app.mode, isStream: mode === 'streaming' }),
  );
}

/** Counts against max_active_requests for as long as the slot is held. */
function* letIn(dify: Dify, visit: Visit, app: App, work: (inside: Visit) => Task): Task {
  const exit = dify.activeRequests.enter(app);
  if (typeof exit === 'string') return yield* reply(dify, visit, invalidParam(exit));
  dify.faults.startClock();
  const leave = () => {
    exit();
    visit.leave();
  };
  try {
    yield* work({ ...visit, leave });
  } finally {
    exit();
  }
}

function replyAboutApp(dify: Dify, { request }: Visit, app: App): JsonReply {
  const { method, path, query } = request;
  if (method === 'GET' && path === '/v1/info') return { status: 200, body: infoReply(app) };
  if (method === 'GET' && path === '/v1/parameters') return { status: 200, body: parametersReply(app) };
  const [, route, task] = /^\/v1\/(chat-messages|workflows\/tasks)\/([^/]+)\/stop$/.exec(path) ?? [];
  if (method === 'POST' && task !== undefined) {
    const user = userOf(request.body);
    if (!user) return noUser;
    if (route === 'chat-messages' && app.mode === 'workflow') return notChatApp;
    if (route !== 'chat-messages' && app.mode !== 'workflow') return notWorkflowApp;
    dify.stopSignals.stop(task, String(user));
    return { status: 200, body: { result: 'success' } };
  }
  if (method === 'GET' && path === '/v1/conversations') return listConversations(dify, app, query);
  const conversation = /^\/v1\/conversations\/([^/]+)$/.exec(path)?.[1];
  if (
    method === 'DELETE' &&
    conversation !== undefined &&
    dify.conversations.delete(conversation, app.id, String(userOf(request.body) ?? ''))
  ) {
    return { status: 204, body: null };
  }
  if (conversation !== undefined) return notFound('Conversation Not Exists.', path, []);
  return notFound('The requested URL was not found on the server.', path, []);
}

function listConversations(dify: Dify, app: App, query: URLSearchParams): JsonReply {
  const limit = Math.min(100, Math.max(1, Number(query.get('limit') ?? 20) || 20));
  const found = dify.conversations.newest(app.id, query.get('user') ?? '', limit + 1);
  const data = found.slice(0, limit).map(({ id }) => ({
    id,
    name: 'New conversation',
    inputs: {},
    status: 'normal',
    introduction: '',
    created_at: unixSeconds(),
    updated_at: unixSeconds(),
  }));
  return { status: 200, body: { limit, has_more: found.length > limit, data } };
}

function userOf(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'user' in body ? body.user : undefined;
}
