/** Where everything of one sandbox lies. Nothing of a sandbox is anywhere else. */
import { join, resolve } from 'node:path';

const checkout = resolve(import.meta.dirname, '..', '..');

/** Folder of a sandbox by name, inside the checkout and ignored by git. */
export function sandboxFolder(name: string): string {
  return join(checkout, '.sandbox', name);
}

export interface SandboxPaths {
  readonly folder: string;
  /** Who runs here, since when, on which ports: sandbox-record.ts. */
  readonly record: string;
  readonly target: string;
  readonly kubeconfig: string;
  /** One API key a file, mode 0600. */
  readonly keys: string;
  readonly logs: string;
  /** KWOK_WORKDIR of kwokctl. */
  readonly kwok: string;
  readonly kwokCluster: string;
  readonly kwokctlConfig: string;
  /** Scripts in the place of programs that wait for the API server. */
  readonly heldBack: string;
  /** There once the API server is ready: start-gate.ts. */
  readonly gate: string;
  readonly redis: string;
  /** Written by the stand-in Dify once it serves. */
  readonly standInReady: string;
}

export function sandboxPaths(folder: string): SandboxPaths {
  const at = (...parts: string[]) => join(folder, ...parts);
  return {
    folder,
    record: at('sandbox.json'),
    target: at('target.json'),
    kubeconfig: at('kubeconfig.yaml'),
    keys: at('keys'),
    logs: at('logs'),
    kwok: at('kwok'),
    kwokCluster: at('kwok', 'clusters', kwokClusterName),
    kwokctlConfig: at('kwokctl.yaml'),
    heldBack: at('held-back'),
    gate: at('api-server-ready'),
    redis: at('redis'),
    standInReady: at('stand-in-ready.json'),
  };
}

/** Every sandbox has a kwokctl work folder of its own, so the cluster in it needs no name of its own. */
export const kwokClusterName = 'sandbox';
