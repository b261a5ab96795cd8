import { Agent, get } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeCredentials } from './kube-api.ts';

/** How often kwok is made to add up what the pods use. */
const everyMs = 1000;

export interface IntegrateUsageOptions {
  /** Of kwok's server on 127.0.0.1. */
  readonly port: number;
  readonly ca: KubeCredentials['ca'];
  /** Names of the fake nodes. */
  readonly nodes: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * Asks kwok for the nodes' metrics every second, until the signal comes.
 *
 * kwok adds to a container's CPU seconds only when it is asked: usage at that moment times the time since it was
 * last asked. With metrics-server as the only one who asks, the HPA controller would see the usage of one moment
 * in fifteen seconds instead of their mean, and nothing at all for a container's first value.
 */
export async function integrateUsage({ port, ca, nodes, signal }: IntegrateUsageOptions): Promise<void> {
  const agent = new Agent({ ca, keepAlive: true, maxSockets: 1 });
  while (!signal.aborted) {
    for (const node of nodes) {
      await ask(`https://127.0.0.1:${port}/metrics/nodes/${node}/metrics/resource`, agent);
    }
    await sleep(everyMs, undefined, { signal }).catch(() => {});
  }
  agent.destroy();
}

/** The answer is of no interest; a missed one is made up for by the next. */
function ask(url: string, agent: Agent): Promise<void> {
  return new Promise((done) => {
    const asked = get(url, { agent, timeout: everyMs }, (response) => {
      response.resume().once('close', () => done());
    });
    asked.once('error', () => done()).once('timeout', () => asked.destroy());
  });
}
