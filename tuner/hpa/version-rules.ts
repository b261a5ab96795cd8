import { exitCodes, TuneError } from '../errors.ts';
import type { FeatureGate, VersionRules } from './types.ts';

/** Releases whose sources were read for the rules below. */
const oldestMinor = 30;
const newestMinor = 37;

/**
 * The rules of one Kubernetes version.
 *
 * @param kubernetesVersion of the control plane: `1.37.2`, `v1.33.1-gke.100`
 * @param gates feature gates that are not at the version's default
 * @throws TuneError UNKNOWN_KUBERNETES_VERSION when it is no version, or older than 1.30
 * @see docs/hpa.md for each rule's source; what is newer than 1.37 is taken to be like 1.37
 */
export function versionRules(
  kubernetesVersion: string,
  gates: Readonly<Partial<Record<FeatureGate, boolean>>> = {},
): VersionRules {
  const minor = minorOf(kubernetesVersion);
  return {
    deadBandByBounds: minor >= 33,
    // The field exists since 1.33; since 1.37 the gate is locked.
    configurableTolerance: minor >= 37 || (minor >= 33 && (gates.HPAConfigurableTolerance ?? minor >= 35)),
    scaleToZero: gates.HPAScaleToZero ?? minor >= 37,
    remembersScaledToZero: minor >= 36,
    capsExternalAverage: minor >= 34,
    capsValueRatio: minor >= 35,
    requiresContainer: minor >= 35,
    podLevelRequests: minor >= 34 && (gates.PodLevelResources ?? true),
    syncsAtOnce: minor >= 37,
  };
}

function minorOf(kubernetesVersion: string): number {
  const match = /^v?1\.(\d+)(?:[.+-].*)?$/.exec(kubernetesVersion);
  const minor = Number(match?.[1]);
  if (minor >= oldestMinor) return Math.min(minor, newestMinor);
  throw new TuneError({
    code: 'UNKNOWN_KUBERNETES_VERSION',
    message: `Kubernetes version "${kubernetesVersion}" is none whose autoscaler rules are known`,
    why: `rules are known from 1.${oldestMinor} on, and another version would be replayed by the wrong ones`,
    next: `give the version that \`kubectl version\` prints for the server, such as 1.${newestMinor}.2`,
    exitCode: exitCodes.usage,
  });
}
