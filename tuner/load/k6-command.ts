import { join } from 'node:path';
import { type TrafficClass, trafficClasses } from '../contracts/component.ts';
import { runFiles } from '../contracts/run-folder.ts';

/** k6 lets these override what a script declares; from a user's shell they would change the plan unseen. */
const overriding = [
  'K6_VUS',
  'K6_DURATION',
  'K6_ITERATIONS',
  'K6_STAGES',
  'K6_PAUSED',
  'K6_ADDRESS',
  'K6_OUT',
];

export function k6Arguments(runFolder: string, extraOutputs: readonly string[], program: string): string[] {
  const outputs = [`buckets=${join(runFolder, runFiles.load)}`, ...extraOutputs];
  return [
    'run',
    '--quiet',
    '--no-color',
    '--no-usage-report',
    '--summary-mode=disabled',
    // Else k6 keeps every sample for its own metrics engine, and grows with the run.
    '--no-thresholds',
    // No REST API: nothing here asks it, and several k6 run side by side.
    '--address=',
    ...outputs.flatMap((output) => ['--out', output]),
    program,
  ];
}

export function k6Environment(
  runFolder: string,
  keys: Readonly<Partial<Record<TrafficClass, string>>>,
): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = { ...process.env };
  for (const name of overriding) delete environment[name];
  environment.TUNE_LOAD_PLAN = join(runFolder, runFiles.loadPlan);
  for (const name of trafficClasses) {
    const key = keys[name];
    if (key !== undefined) environment[`TUNE_KEY_${name.toUpperCase()}`] = key;
  }
  return environment;
}
