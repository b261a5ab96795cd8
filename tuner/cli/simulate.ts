import { type Command, InvalidArgumentError } from 'commander';

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
  tune simulate RUN --live --target sandbox
  tune simulate RUN --hpa web.yaml     # pages of web: targets.NAME.web in tune.yaml states them

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
      const { simulateRun } = await import('./simulate-run.ts');
      const { simulationText } = await import('./simulation-text.ts');
      const result = await simulateRun(run, flags, process.cwd());
      const width = process.stdout.columns ?? usualColumns;
      process.stdout.write(flags.json ? `${JSON.stringify(result)}\n` : `${simulationText(result, width)}\n`);
    });
}

/** Of a terminal, where there is none. */
const usualColumns = 80;

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
