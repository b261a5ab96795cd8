/** The apps of the stand-in, as provisioned in a Dify for a load test, and the keys that reach them. */

export type AppMode = 'chat' | 'agent-chat' | 'advanced-chat' | 'workflow';

export interface App {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly mode: AppMode;
  /** The published workflow; null for a plain chat and an agent. */
  readonly workflowId: string | null;
  /** Whether the graph has an LLM node. */
  readonly hasLlm: boolean;
}

export const tenantId = '5c3a2f10-7d0e-4f4d-9a51-2f0f3c8f6a01';

export const apps: readonly App[] = [
  {
    id: '0b3d6c5e-51a4-4b55-8f0e-6a7d1f6b9c01',
    key: 'app-sandbox-chat',
    name: 'loadtest-chat',
    mode: 'chat',
    workflowId: null,
    hasLlm: true,
  },
  {
    id: '0b3d6c5e-51a4-4b55-8f0e-6a7d1f6b9c02',
    key: 'app-sandbox-chatflow',
    name: 'loadtest-chatflow',
    mode: 'advanced-chat',
    workflowId: 'f2b0a7c4-2f43-4b6e-9a35-c5b1c8a4d102',
    hasLlm: true,
  },
  {
    id: '0b3d6c5e-51a4-4b55-8f0e-6a7d1f6b9c03',
    key: 'app-sandbox-workflow',
    name: 'loadtest-workflow',
    mode: 'workflow',
    workflowId: 'f2b0a7c4-2f43-4b6e-9a35-c5b1c8a4d103',
    hasLlm: true,
  },
  {
    id: '0b3d6c5e-51a4-4b55-8f0e-6a7d1f6b9c04',
    key: 'app-sandbox-workflow-nollm',
    name: 'loadtest-workflow-nollm',
    mode: 'workflow',
    workflowId: 'f2b0a7c4-2f43-4b6e-9a35-c5b1c8a4d104',
    hasLlm: false,
  },
  {
    // Without tools, so that it thinks once and answers.
    id: '0b3d6c5e-51a4-4b55-8f0e-6a7d1f6b9c05',
    key: 'app-sandbox-agent',
    name: 'loadtest-agent',
    mode: 'agent-chat',
    workflowId: null,
    hasLlm: true,
  },
];

export const datasetKey = 'dataset-sandbox';

export function appOfKey(key: string): App | undefined {
  return apps.find((app) => app.key === key);
}

export function appOfId(id: string): App | undefined {
  return apps.find((app) => app.id === id);
}
