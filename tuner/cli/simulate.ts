import { type Command, InvalidArgumentError } from 'commander';
import { knownLimits } from '../advise/known-limits.ts';
import { type WhatIf, whatIf } from '../advise/what-if.ts';
import { findTarget, type LoadedConfig, readConfig } from '../config/read-config.ts';
import { type Target, targetSchema } from '../contracts/config.ts';
import { type Evidence, evidenceSchema } from '../contracts/evidence.ts';
import { runSchema } from '../contracts/run.ts';
import { exitCodes, TuneError } from '../errors.ts';
import { openRunFolder } from '../pipeline/run-folder.ts';
import { hpaSpecsByComponent } from './hpa-specs.ts';
import { interruptSignal } from './interrupt.ts';
import { readDemand } from './read-demand.ts';
import { type HpaManifest, readHpaManifests } from './read-hpa-manifests.ts';
import { simulationText } from './simulation-text.ts';

export interface SimulateFlags {
  readonly hpa: readonly string[];
  readonly live?: boolean;
  readonly target?: string;
  readonly demand?: string;
  readonly growth?: number;
  readonly replications: number;
  readonly seed: number;
  readonly config?: string;
  readonly json?: boolean;
}

const examples = `
Examples:
  tune simulate runs/2026-11-22-staging
  tune simulate runs/2026-11-22-staging --hpa hpa.yaml --growth 2
  kubectl get hpa -o yaml | tune simulate RUN --hpa - --demand friday.csv --json
  tune simulate RUN --live --demand standard

Without --hpa and --live the HPAs of the run are simulated, without --demand its arrivals. docs/simulator.md says how
exact it is.`;

export function registerSimulate(program: Command): void {
  program
    .command('simulate')
    .description('what HPAs would have done, on what a recorded run taught')
    .argument('<run>', 'run folder with an evidence.json')
    .option(
      '--hpa <file>',
      'autoscaling/v2 HPA in YAML or JSON, or a list of them; - for standard input; may be repeated',
      collect,
      [],
    )
    .option('--live', "the HPAs in force now, read from the run's cluster, or that of --target NAME")
    .option(
      '--demand <file|profile>',
      'CSV (seconds,arrivalsPerSecond), an arrival trace (CSV), YAML list of { at, arrivalsPerSecond }, or a profile',
    )
    .option('--growth <ratio>', 'the demand times this', positiveNumber)
    .option('--replications <count>', 'draws of the demand to average over', positiveInteger, 8)
    .option('--seed <number>', 'of every draw', integer, 1)
    .option('--config <file>', 'objectives, demand and prices (default: ./tune.yaml where there is one)')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', examples)
    .action(async (run: string, _own: SimulateFlags, command: Command) => {
      const flags = command.optsWithGlobals<SimulateFlags>();
      const result = await simulateRun(run, flags, process.cwd());
      const width = process.stdout.columns ?? usualColumns;
      process.stdout.write(flags.json ? `${JSON.stringify(result)}\n` : `${simulationText(result, width)}\n`);
    });
}

/** Of a terminal, where there is none. */
const usualColumns = 80;

/** @throws TuneError what is wrong with the run, an HPA, the demand or the configuration */
export async function simulateRun(run: string, flags: SimulateFlags, workingFolder: string): Promise<WhatIf> {
  const folder = openRunFolder(run, workingFolder);
  const evidence = folder.readJson('evidence', evidenceSchema);
  const recorded = folder.readJson('run', runSchema);
  const target = targetSchema.safeParse(recorded.target).data ?? null;
  const config = readConfig(flags.config, workingFolder);
  const given =
    flags.demand === undefined
      ? { points: config.demand.points }
      : readDemand(flags.demand, config, workingFolder);
  const manifests = flags.live
    ? await liveHpas(flags, { config, evidence, recorded: target })
    : flags.hpa.flatMap(readHpaManifests);
  return whatIf(evidence, {
    hpaSpecs: hpaSpecsByComponent(evidence, manifests),
    config: {
      objectives: config.objectives,
      replicaHourPrice: config.replicaHourPrice,
      demand: { ...given, growthRatio: flags.growth ?? config.demand.growthRatio },
    },
    queueMetric: target?.queueMetric ?? null,
    limits: knownLimits(target),
    seed: flags.seed,
    replications: flags.replications,
  });
}

interface LiveContext {
  readonly config: LoadedConfig;
  readonly evidence: Evidence;
  /** Of the run. */
  readonly recorded: Target | null;
}

async function liveHpas(flags: SimulateFlags, context: LiveContext): Promise<HpaManifest[]> {
  if (flags.hpa.length > 0) {
    throw refusal(
      'TWO_SOURCES_OF_HPAS',
      '--live and --hpa were both given',
      'one HPA scales a Deployment, and which of the two is meant cannot be told',
      'leave one of the two flags away',
    );
  }
  const target = flags.target === undefined ? context.recorded : findTarget(context.config, flags.target);
  if (target === null) {
    throw refusal(
      'NO_TARGET',
      'the run does not say which cluster it was made in',
      'its run.json holds no target that this version can read',
      'name one of tune.yaml: --live --target NAME',
    );
  }
  // Loaded only now: the client of the API server takes longer to load than a simulation.
  const { readLiveHpas } = await import('./read-live-hpas.ts');
  return readLiveHpas(target, context.evidence, interruptSignal());
}

function refusal(code: string, message: string, why: string, next: string): TuneError {
  return new TuneError({ code, message, why, next, exitCode: exitCodes.usage });
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

function positiveNumber(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('write a number above 0, such as 1.5');
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value <= 1000) return value;
  throw new InvalidArgumentError('write a whole number from 1 to 1000');
}

function integer(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('write a whole number');
}
