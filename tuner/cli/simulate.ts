import { type Command, InvalidArgumentError } from 'commander';
import type { PerComponent } from '../advise/options.ts';
import { type WhatIf, whatIf } from '../advise/what-if.ts';
import { readConfig } from '../config/read-config.ts';
import { targetSchema } from '../contracts/config.ts';
import { type Evidence, evidenceSchema } from '../contracts/evidence.ts';
import { runSchema } from '../contracts/run.ts';
import { exitCodes, TuneError } from '../errors.ts';
import { openRunFolder } from '../pipeline/run-folder.ts';
import { readDemand } from './read-demand.ts';
import { type HpaManifest, readHpaManifests } from './read-hpa-manifests.ts';
import { simulationText } from './simulation-text.ts';

interface SimulateFlags {
  readonly hpa: readonly string[];
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
  kubectl get hpa -o yaml > now.yaml && tune simulate RUN --hpa now.yaml --demand friday.csv --json

Without --hpa the HPAs of the run are simulated, without --demand its arrivals. docs/simulator.md says how exact it is.`;

export function registerSimulate(program: Command): void {
  program
    .command('simulate')
    .description('what HPAs would have done, on what a recorded run taught; needs no cluster')
    .argument('<run>', 'run folder with an evidence.json')
    .option(
      '--hpa <file>',
      'autoscaling/v2 HPA in YAML or JSON, or a list of them; may be repeated',
      collect,
      [],
    )
    .option('--demand <file>', 'CSV (seconds,arrivalsPerSecond) or YAML list of { at, arrivalsPerSecond }')
    .option('--growth <ratio>', 'the demand times this', positiveNumber)
    .option('--replications <count>', 'draws of the demand to average over', positiveInteger, 8)
    .option('--seed <number>', 'of every draw', integer, 1)
    .option('--config <file>', 'objectives, demand and prices (default: ./tune.yaml where there is one)')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', examples)
    .action((run: string, _own: SimulateFlags, command: Command) => {
      const flags = command.optsWithGlobals<SimulateFlags>();
      const result = simulateRun(run, flags, process.cwd());
      process.stdout.write(flags.json ? `${JSON.stringify(result)}\n` : `${simulationText(result)}\n`);
    });
}

function simulateRun(run: string, flags: SimulateFlags, workingFolder: string): WhatIf {
  const folder = openRunFolder(run, workingFolder);
  const evidence = folder.readJson('evidence', evidenceSchema);
  const target = targetSchema.safeParse(folder.readJson('run', runSchema).target).data;
  const config = readConfig(flags.config, workingFolder);
  const points = flags.demand === undefined ? config.demand.points : readDemand(flags.demand);
  return whatIf(evidence, {
    hpaSpecs: specsByComponent(evidence, flags.hpa.flatMap(readHpaManifests)),
    config: {
      objectives: config.objectives,
      replicaHourPrice: config.replicaHourPrice,
      demand: {
        ...(points === undefined ? {} : { points }),
        growthRatio: flags.growth ?? config.demand.growthRatio,
      },
    },
    queueMetric: target?.queueMetric ?? null,
    seed: flags.seed,
    replications: flags.replications,
  });
}

/** @throws TuneError UNKNOWN_SCALE_TARGET, TWO_HPAS_ON_ONE_TARGET */
function specsByComponent(
  evidence: Evidence,
  manifests: readonly HpaManifest[],
): PerComponent<HpaManifest['spec']> {
  const specs: PerComponent<HpaManifest['spec']> = {};
  for (const { at, name, target, spec } of manifests) {
    const [component] =
      Object.entries(evidence.components).find(([, known]) => known.deployment === target) ?? [];
    if (component === undefined) throw unknownTarget(evidence, at, name, target);
    if (specs[component as keyof typeof specs] !== undefined) {
      throw refusal(
        'TWO_HPAS_ON_ONE_TARGET',
        `${at}: spec.scaleTargetRef.name: a second HPA scales ${target}`,
        'two HPAs on one Deployment undo each other, and the controller lets neither act',
        'leave one of them away',
      );
    }
    specs[component as keyof typeof specs] = spec;
  }
  return specs;
}

function unknownTarget(evidence: Evidence, at: string, name: string, target: string): TuneError {
  const known = Object.values(evidence.components).map(({ deployment }) => deployment);
  return refusal(
    'UNKNOWN_SCALE_TARGET',
    `${at}: spec.scaleTargetRef.name: HPA ${name} scales "${target}", which the run knows nothing of`,
    `the run recorded ${known.join(', ')}`,
    'name one of these, or record a run of the release that this HPA belongs to',
  );
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
