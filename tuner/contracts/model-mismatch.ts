/** What it means that the HPA model and the controller decided differently, and what to do about it. */
export const modelMismatch = {
  meaning:
    'At these syncs the controller followed something that the model does not know. What was simulated of that HPA, and so the settings proposed for its component, is less certain than the intervals say.',
  /** From the likeliest cause to the one that is a mistake of tune. */
  next: [
    'Look at the events around that moment: a Deployment scaled by hand, or a second autoscaler on it.',
    'Compare the flags of kube-controller-manager (--horizontal-pod-autoscaler-…) and its version with the defaults and the version that were replayed (docs/hpa.md).',
    'If neither explains it, report it with run.json and cluster.ndjson of this run: the model is meant to be equal at every sync.',
  ],
} as const;
