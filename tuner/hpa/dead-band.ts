import type { CompiledHpa } from './types.ts';

/**
 * Whether a ratio is so near 1 that the replica count stays.
 *
 * @param usageRatio observed / target; NaN lies outside, as in Go
 * @see Kubernetes 1.33 podautoscaler/replica_calculator.go, Tolerances.isWithin; 1.32: math.Abs(1.0-usageRatio) <= tolerance
 * @example 1.1 is within a tolerance of 0.1 since 1.33 (1.1 <= 1+0.1), and was not before (|1-1.1| is 0.1000…09)
 */
export function isWithinTolerance(usageRatio: number, hpa: CompiledHpa): boolean {
  if (!hpa.rules.deadBandByBounds) return Math.abs(1 - usageRatio) <= hpa.flags.tolerance;
  return 1 - hpa.scaleDownTolerance <= usageRatio && usageRatio <= 1 + hpa.scaleUpTolerance;
}
