/** What an outcome of load.ndjson means to people, and what they can do about it. */
export interface OutcomeExplanation {
  /** One sentence, without the outcome's own name. */
  readonly meaning: string;
  readonly next: string;
}

interface OutcomeClass extends OutcomeExplanation {
  readonly matches: RegExp;
}

/** First match counts: the particular stand before the general. */
const classes: readonly OutcomeClass[] = [
  {
    matches: /^http_401\b/,
    meaning: 'Dify refused the API key',
    next: 'Check that the key belongs to this app and this Dify, and was not deleted (app → API Access)',
  },
  {
    matches: /^http_403\b/,
    meaning:
      'Dify or something before it forbade the request: the API of the app is switched off, or a firewall refused it',
    next: "Switch on the app's Service API; if a gateway answered, let the load generator's address through",
  },
  {
    matches: /^http_400:not_(workflow|chat|completion)_app$/,
    meaning: 'The app is of another kind than the request: a chat was sent to a workflow app, or the reverse',
    next: 'Give each class under `apps` in tune.yaml the key of an app of its kind',
  },
  {
    matches: /^app_unpublished$/,
    meaning: 'The workflow of the app has a draft and was never published',
    next: 'Publish the app in Dify (Publish → Update), then run again',
  },
  {
    matches: /^http_400:app_unavailable$/,
    meaning: 'The app has no working configuration, or is not published',
    next: 'Open the app in Dify, set its model and publish it',
  },
  {
    matches: /^http_400:provider_/,
    meaning: "The app's model provider is not set up, or its quota is used up",
    next: 'Check the provider and its credentials in Dify (Settings → Model Provider)',
  },
  {
    matches: /^http_400\b/,
    meaning:
      'Dify took the request for a mistake: often a missing input; in blocking mode also a model that failed',
    next: 'Send one request by hand and read the message; check `inputs` of the app in tune.yaml',
  },
  {
    matches: /^http_404\b/,
    meaning: 'There is no such address, app or conversation',
    next: 'Check `url` of the target: it must lead to the Service API, whose paths begin with /v1',
  },
  {
    matches: /^over_app_limit$/,
    meaning: 'The app had as many requests under way as its max_active_requests allows',
    next: 'Raise or clear the limit in the settings of the app: it, and not the replicas, ended the throughput',
  },
  {
    matches: /^llm_throttled$/,
    meaning: "The model's provider refused for its rate limit or quota",
    next: 'Raise the quota, spread the load over more keys, or use a mock model: such a run tells of the provider, not of Dify',
  },
  {
    matches: /^http_429:retry_after$/,
    meaning: 'A rate limit before Dify refused the request and said when to come again',
    next: 'Raise the limit of the gateway or ingress for the load generator, or test with less load',
  },
  {
    matches: /^http_429\b/,
    meaning: 'A rate limit before Dify refused the request, without saying when to come again',
    next: 'Find which gateway, ingress or WAF limits the rate, and raise it for the load generator',
  },
  {
    matches: /^http_50[234]\b/,
    meaning:
      'The gateway or load balancer had no API pod that answered: none was Ready, one was just ending, or one took too long',
    next: "Look at the API pods' readiness and restarts at that time, and at the gateway's timeouts",
  },
  {
    matches: /^http_5\d\d\b/,
    meaning: 'Dify itself failed while it answered',
    next: 'Read the log of the API pods at that time: an exhausted database pool looks like this',
  },
  {
    matches: /^http_3\d\d\b/,
    meaning: 'The request was redirected and the redirection not followed to an answer',
    next: 'Give the final address as `url` of the target',
  },
  {
    matches: /^http_/,
    meaning: 'The answer came with a status of failure',
    next: 'Send one request by hand and read what answers',
  },
  {
    matches: /^stream_error:event_too_large$/,
    meaning: 'One event was larger than 16 MB',
    next: 'Find the node that puts so much into its outputs; browsers will not like it either',
  },
  {
    matches: /^stream_error:.*quota/,
    meaning: "The quota of the app's model provider is used up",
    next: 'Check the provider and its credentials in Dify (Settings → Model Provider)',
  },
  {
    matches: /^stream_error:/,
    meaning:
      'The stream began with status 200 and ended with an error event: mostly the model failed, or broke off',
    next: "Read the model's error in Dify (Logs of the app); test the model alone",
  },
  {
    matches: /^workflow_failed$/,
    meaning: 'The workflow ran and a node of it failed',
    next: 'Open the failed run in Dify (Logs of the app) to see which node and why',
  },
  {
    matches: /^buffered$/,
    meaning:
      'The answer was complete and came all at once: something between here and Dify holds the events back, so that no user sees a stream and the times say nothing of Dify',
    next: 'Switch response buffering off on the way (nginx: proxy_buffering off; also gzip of text/event-stream, CDN, WAF), or send the load past it',
  },
  {
    matches: /^incomplete$/,
    meaning: 'The stream ended in order, without the event that ends an answer',
    next: 'Look at the API and worker pods at that time: a process that is stopped ends its streams like this',
  },
  {
    matches: /^cut$/,
    meaning: 'The connection was closed in the middle of the answer',
    next: 'Compare with scale-ins and restarts of API pods; check terminationGracePeriodSeconds and idle timeouts on the way',
  },
  {
    matches: /^reset$/,
    meaning: 'The connection was reset',
    next: 'Look for killed pods, full accept queues, and gateways that drop connections',
  },
  {
    matches: /^timed_out$/,
    meaning: "The answer had begun and was not complete within the request's timeout",
    next: 'See whether it still moved: the latency table shows the gaps; raise `requestTimeout` for long answers',
  },
  {
    matches: /^no_response$/,
    meaning: "Nothing came within the request's timeout, not even the response's headers",
    next: 'The connection slots of the API or the queue of the workers were full, or the model stays silent: see the capacity section',
  },
  {
    matches: /^dns_error$/,
    meaning: 'The name of the target could not be resolved',
    next: 'Check `url` of the target and the DNS of the machine that makes the load',
  },
  {
    matches: /^connect_error$/,
    meaning: 'No connection came about: nobody listens there, or a firewall refuses',
    next: 'Check host and port of `url`, and that the generator may reach it (proxy, network policy)',
  },
  {
    matches: /^tls_error$/,
    meaning: 'The TLS handshake failed: a certificate nobody trusts, another name in it, or no TLS at all',
    next: 'Check the certificate and the scheme of `url`; give the generator the CA with SSL_CERT_FILE',
  },
  {
    matches: /^indexing_(error|paused)$/,
    meaning: 'Dify gave up indexing a document, or paused it',
    next: "Open the document in Dify's knowledge base: it says why (embedding model, quota, file)",
  },
  {
    matches: /^document_lost$/,
    meaning:
      'A document was gone when its state was asked for: something else deletes from the same knowledge base',
    next: 'Give the load test a knowledge base of its own',
  },
  {
    matches: /^not_a_stream$/,
    meaning:
      'Something answered with status 200 and no event stream: a login page, a maintenance page, another service',
    next: 'Send one request by hand and see who answers; check `url`',
  },
  {
    matches: /^bad_encoding$/,
    meaning: 'The answer is compressed in a way that cannot be undone',
    next: 'Look for a gateway that compresses; switch it off for text/event-stream',
  },
];

/** How a request ended without being a failure; they need no advice. */
const harmless: Readonly<Record<string, string>> = {
  ok: 'The answer was complete',
  stopped: 'The load generator hung up: the scenario asked for it, or the run ended',
};

/**
 * An outcome in plain words.
 *
 * @returns null for an outcome that is no failure, or that no class names
 * @example explainOutcome('http_401')?.meaning // 'Dify refused the API key'
 */
export function explainOutcome(outcome: string): OutcomeExplanation | null {
  if (outcome in harmless) return null;
  const found = classes.find(({ matches }) => matches.test(outcome));
  return found === undefined ? null : { meaning: found.meaning, next: found.next };
}
