import { firstDatasetId } from '../dify/service/datasets.ts';

/** Names the stand-in, the cluster's objects and the target file must agree on. */
export const releaseNamespace = 'dify';
export const release = 'my-dify';
export const queueMetricName = 'dify_workflow_queue_depth';

/** The knowledge base that the stand-in has from the start. */
export const datasetId = firstDatasetId;

/** Keys the stand-in answers to. No secrets: they open nothing but a process on this machine. */
export const apiKeys = {
  chat: 'app-sandbox-chat',
  workflow: 'app-sandbox-workflow',
  dataset: 'dataset-sandbox',
} as const;
