import type { ComponentName } from '../contracts/component.ts';
import type { ApiClient } from './api-client.ts';

/** What one component of the release is called in the cluster. */
export interface ComponentObjects {
  readonly name: ComponentName;
  readonly deployment: string;
  /** null: nothing scales it. */
  readonly hpa: string | null;
  /** The container that serves. */
  readonly container: string;
  readonly image: string;
  /** The Deployment's selector, as the API takes it. */
  readonly labelSelector: string;
}

/** A reachable API server with the release found and the permissions checked. */
export interface Cluster {
  readonly context: string;
  readonly server: string;
  readonly namespace: string;
  /** `v1.37.2`. */
  readonly serverVersion: string;
  /** Label helm.sh/chart of the Deployments; null: none. */
  readonly chart: string | null;
  /** Tag of the API's image; null: none. */
  readonly difyVersion: string | null;
  readonly components: Readonly<Partial<Record<ComponentName, ComponentObjects>>>;
  /** Namespace annotation tune.dify.ai/testable is "true". */
  readonly isAnnotatedTestable: boolean;
  /** Server clock minus ours, to half a second; null when the server sends no date. */
  readonly clockSkewSeconds: number | null;
  readonly api: ApiClient;
  /** Ends every request and watch that is still open. */
  close(): void;
}
