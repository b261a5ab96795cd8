import { exitCodes, TuneError } from '../errors.ts';
import type { ApiClient } from './api-client.ts';
import { ApiError } from './api-error.ts';

type Server = Pick<ApiClient, 'server' | 'context'>;
interface Explanation {
  readonly code: string;
  readonly why: string;
  readonly next: string;
}

const tlsReasons = /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO|ALTNAME|LEAF_SIGNATURE/;

/** An API failure as the user should read it; anything else comes back unchanged. */
export function explainApiError(thrown: unknown, api: Server, doing: string): unknown {
  if (!(thrown instanceof ApiError)) return thrown;
  const { code, why, next } =
    thrown.status === null ? explainSilence(thrown, api) : explainStatus(thrown, thrown.status, api);
  return new TuneError({
    code,
    message: `cannot ${doing}: context "${api.context}", ${api.server}`,
    why,
    next,
    exitCode: exitCodes.unreachable,
    cause: thrown,
  });
}

function explainSilence({ reason, message, cause }: ApiError, { server, context }: Server): Explanation {
  const tryIt = `kubectl --context ${context} get --raw /version`;
  if (reason === 'ECONNREFUSED') {
    return {
      code: 'CLUSTER_REFUSED',
      why: `nothing listens at ${server} (${reason})`,
      next: `start the cluster or its tunnel, then try \`${tryIt}\``,
    };
  }
  if (reason === 'ENOTFOUND' || reason === 'EAI_AGAIN') {
    return {
      code: 'CLUSTER_NO_DNS',
      why: `no address is known for ${new URL(server).hostname} (${reason})`,
      next: 'check the server URL in the kubeconfig, and whether a VPN is needed',
    };
  }
  if (tlsReasons.test(reason)) {
    return {
      code: 'CLUSTER_TLS',
      why: `its certificate was not accepted (${reason})`,
      next: `fetch a fresh kubeconfig, or correct certificate-authority and tls-server-name in it, then try \`${tryIt}\``,
    };
  }
  if (reason === 'TIMEOUT' || reason.includes('TIMEOUT') || reason === 'ETIMEDOUT') {
    return {
      code: 'CLUSTER_TIMEOUT',
      why: `it did not answer in time (${reason})`,
      next: `check VPN, firewall and \`${tryIt}\``,
    };
  }
  if (reason === 'UNKNOWN' && cause instanceof Error && cause.cause === undefined) {
    return {
      code: 'CLUSTER_CREDENTIALS',
      why: `the kubeconfig's credentials could not be prepared: ${firstLine(cause.message)}`,
      next: `run \`${tryIt}\` and repair what it complains about`,
    };
  }
  return { code: 'CLUSTER_UNREACHABLE', why: firstLine(message), next: `try \`${tryIt}\`` };
}

function explainStatus({ message, reason }: ApiError, status: number, { context }: Server): Explanation {
  if (status === 401) {
    return {
      code: 'CLUSTER_UNAUTHORIZED',
      why: 'the API server knows none of the credentials in the kubeconfig (401); they have expired or belong to another cluster',
      next: `log in again, then try \`kubectl --context ${context} auth whoami\``,
    };
  }
  if (status === 403) {
    return {
      code: 'CLUSTER_FORBIDDEN',
      why: message,
      next: `compare with \`kubectl --context ${context} auth can-i --list\``,
    };
  }
  if (status >= 500) {
    return {
      code: 'CLUSTER_FAILING',
      why: message,
      next: `wait for the API server, then try \`kubectl --context ${context} get --raw /readyz?verbose\``,
    };
  }
  return {
    code: 'CLUSTER_ANSWER',
    why: `${message} (${reason})`,
    next: 'check that the server URL in the kubeconfig is a Kubernetes API server',
  };
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? text;
}
