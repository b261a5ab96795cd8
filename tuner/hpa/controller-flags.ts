import type { ControllerFlags } from './types.ts';

/**
 * What kube-controller-manager runs with when nobody sets a flag.
 *
 * The same in every version from 1.30 to 1.37.
 *
 * @see Kubernetes 1.37 pkg/controller/podautoscaler/config/v1alpha1/defaults.go
 */
export const defaultControllerFlags: ControllerFlags = {
  tolerance: 0.1,
  downscaleStabilizationSeconds: 300,
  cpuInitializationPeriodSeconds: 300,
  initialReadinessDelaySeconds: 30,
  syncPeriodSeconds: 15,
};
