import { type WhatIf, whatIf } from '../advise/what-if.ts';
import { type LoadedConfig, readConfig } from '../config/read-config.ts';
import { statedPages } from '../config/stated-pages.ts';
import { targetSchema } from '../contracts/config.ts';
import { type Evidence, evidenceSchema, type WebPages } from '../contracts/evidence.ts';
import { runSchema } from '../contracts/run.ts';
import type { Verdict } from '../contracts/verdict.ts';
import { exitCodes, failure } from '../errors.ts';
import { openRunFolder } from '../pipeline/run-folder.ts';
import { calibrateAgainstRecording } from '../simulate/calibrate-against-recording.ts';
import { knownLimits } from '../simulate/known-limits.ts';
import { hpaSpecsByComponent } from './hpa-specs.ts';
import { interruptSignal } from './interrupt.ts';
import { type KnownTargets, liveTarget } from './live-target.ts';
import { readDemand } from './read-demand.ts';
import { type HpaManifest, readHpaManifests } from './read-hpa-manifests.ts';
import type { SimulateFlags } from './simulate.ts';

export interface SimulatedRun extends WhatIf {
  /** HPAs that were given beside those of the run's Deployments, a sentence each. */
  readonly passedOver: readonly string[];
  /** How the simulator tells the recorded run again, under the HPAs that were in force: how far to trust the rest. */
  readonly calibration: Verdict['calibration'];
}

/** @throws TuneError what is wrong with the run, an HPA, the demand or the configuration */
export async function simulateRun(
  run: string,
  flags: SimulateFlags,
  workingFolder: string,
): Promise<SimulatedRun> {
  const folder = openRunFolder(run, workingFolder);
  const evidence = folder.readJson('evidence', evidenceSchema);
  const recorded = folder.readJson('run', runSchema);
  const target = targetSchema.safeParse(recorded.target).data ?? null;
  const config = readConfig(flags.config, workingFolder);
  const given =
    flags.demand === undefined
      ? { points: config.demand.points }
      : readDemand(flags.demand, config, workingFolder);
  const sources = flags.live
    ? [await liveHpas(flags, evidence, { config, recorded: target, recordedName: recorded.targetName })]
    : flags.hpa.map(readHpaManifests);
  const { specs: hpaSpecs, passedOver } = hpaSpecsByComponent(evidence, sources);
  const limits = knownLimits(target);
  const result = whatIf(evidence, {
    hpaSpecs,
    config: {
      objectives: config.objectives,
      replicaHourPrice: config.replicaHourPrice,
      demand: { ...given, growthRatio: flags.growth ?? config.demand.growthRatio },
    },
    queueMetric: target?.queueMetric ?? null,
    limits,
    webPages: pagesStatedNow(config, flags.target ?? recorded.targetName),
    seed: flags.seed,
    replications: flags.replications,
  });
  return { ...result, passedOver, calibration: calibrateAgainstRecording(evidence, limits) };
}

/** A statement needs no new run: what tune.yaml says now goes before what it said then. */
function pagesStatedNow(config: LoadedConfig, targetName: string): WebPages | null {
  return statedPages(config.targets[targetName]?.web, `targets.${targetName}.web in ${config.file}`);
}

async function liveHpas(
  flags: SimulateFlags,
  evidence: Evidence,
  known: KnownTargets,
): Promise<HpaManifest[]> {
  if (flags.hpa.length > 0) {
    throw failure('TWO_SOURCES_OF_HPAS', '--live and --hpa were both given', {
      why: 'one HPA scales a Deployment, and which of the two is meant cannot be told',
      next: 'leave one of the two flags away',
      exitCode: exitCodes.usage,
    });
  }
  const target = await liveTarget(flags.target, known);
  // Loaded only now: the client of the API server takes longer to load than a simulation.
  const { readLiveHpas } = await import('./read-live-hpas.ts');
  return readLiveHpas(target, evidence, interruptSignal());
}
