import type { Evidence } from '../contracts/evidence.ts';
import type { KnownLimits } from '../simulate/known-limits.ts';

/**
 * The limits within which API and worker are searched: web is left as it is, on the nodes that its pods had in the run.
 *
 * @returns the same limits where web was not recorded, or nodes are not known to be scarce
 */
export function limitsBesideWeb(
  limits: KnownLimits | undefined,
  { components: { web } }: Evidence,
): { readonly limits: KnownLimits | undefined; readonly assumptions: readonly string[] } {
  const pods = limits?.schedulablePods ?? null;
  if (limits === undefined || web === undefined || pods === null) return { limits, assumptions: [] };
  const schedulablePods = Math.max(0, pods - web.specReplicas);
  return {
    limits: { ...limits, schedulablePods },
    assumptions: [
      `web: its ${web.specReplicas} pods keep their nodes, so that ${schedulablePods} of the ${pods} pods that the nodes hold are left to the others; more of them, as its HPA may ask for when people open pages, would take theirs.`,
    ],
  };
}
