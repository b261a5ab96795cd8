import type { ComponentName } from '../contracts/component.ts';
import type { SimulationModel } from '../simulate/model.ts';
import type { AdviceConfig, PerComponent } from './options.ts';
import type { PeakNeed } from './peak-need.ts';

/** Between which counts a component's replicas may be recommended, and what sets each end. */
export interface ReplicaLimits {
  /** Lowest minReplicas. */
  readonly floor: number;
  readonly floorBecause: string;
  /** Highest maxReplicas. */
  readonly ceiling: number;
  readonly ceilingBecause: string;
}

/** One pod may be gone at any time (a node drained, a rollout); a second one goes on serving. */
const usualFloor = 2;
/** Migrations, the plugin daemon and operators connect as well. */
const postgresShare = 0.9;

/**
 * The bounds that no recommendation leaves.
 *
 * @param maxInForce maxReplicas, or fixed replicas, as they are now
 */
export function replicaLimits(
  model: SimulationModel,
  needs: PerComponent<PeakNeed>,
  maxInForce: PerComponent<number>,
  config: AdviceConfig,
): PerComponent<ReplicaLimits> {
  const limits: PerComponent<ReplicaLimits> = {};
  for (const { name } of model.components) {
    const configured = config.minReplicas[name];
    const postgres = postgresCeiling(model, name, needs, maxInForce);
    const byPostgres = postgres !== null && postgres.replicas < config.caps.maxReplicas;
    const ceiling = Math.max(1, byPostgres ? postgres.replicas : config.caps.maxReplicas);
    limits[name] = {
      floor: Math.min(configured ?? usualFloor, ceiling),
      floorBecause:
        configured === undefined
          ? `${usualFloor} replicas, so that one can be lost`
          : `minReplicas.${name} = ${configured} in the config`,
      ceiling,
      ceilingBecause: byPostgres
        ? postgres.because
        : `caps.maxReplicas = ${config.caps.maxReplicas} in the config`,
    };
  }
  return limits;
}

interface Ceiling {
  readonly replicas: number;
  readonly because: string;
}

/**
 * Replicas that the database can serve. Where the maxima in force fit together, each component may have what the
 * others leave it; where they do not, connections are shared out by what each needs at the peak.
 */
function postgresCeiling(
  model: SimulationModel,
  name: ComponentName,
  needs: PerComponent<PeakNeed>,
  maxInForce: PerComponent<number>,
): Ceiling | null {
  const most = model.limits.postgresMaxConnections;
  const connections = connectionsPerReplica(model, name);
  if (most === null || connections === 0) return null;
  const usable = Math.floor(most * postgresShare);
  const sumOver = (wanted: (other: ComponentName) => number) =>
    model.components.reduce(
      (sum, other) => sum + connectionsPerReplica(model, other.name) * wanted(other.name),
      0,
    );
  const inForce = sumOver((other) => maxInForce[other] ?? usualFloor);
  const needed = (other: ComponentName) => Math.max(usualFloor, Math.ceil(needs[other]?.replicas ?? 0));
  const own =
    inForce <= usable
      ? usable - inForce + connections * (maxInForce[name] ?? usualFloor)
      : (usable * connections * needed(name)) / sumOver(needed);
  return {
    replicas: Math.max(1, Math.floor(own / connections)),
    because: `Postgres allows ${most} connections, of which ${usable} are shared out; a replica of ${name} opens up to ${connections}`,
  };
}

/** A pool cannot be used by more requests than a replica holds at once. */
function connectionsPerReplica(model: SimulationModel, name: ComponentName): number {
  const component = model.components.find((candidate) => candidate.name === name);
  return component === undefined ? 0 : Math.min(component.postgresConnections, component.slotsPerReplica);
}
