/** Where the API serves what a group of runners is made of. */
export const apiPaths = {
  configMaps: (namespace: string) => `/api/v1/namespaces/${namespace}/configmaps`,
  secrets: (namespace: string) => `/api/v1/namespaces/${namespace}/secrets`,
  pods: (namespace: string) => `/api/v1/namespaces/${namespace}/pods`,
  events: (namespace: string) => `/api/v1/namespaces/${namespace}/events`,
  podMetrics: (namespace: string) => `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods`,
  jobs: (namespace: string) => `/apis/batch/v1/namespaces/${namespace}/jobs`,
  testRuns: (namespace: string) => `/apis/k6.io/v1alpha1/namespaces/${namespace}/testruns`,
};
