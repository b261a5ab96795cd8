import { exitCodes, TuneError } from '../../errors.ts';

/** Outputs of this k6 that send to somewhere else: they work from a pod as from here. */
const sending = ['experimental-prometheus-rw', 'opentelemetry', 'experimental-opentelemetry', 'influxdb'];
/** Settings of those outputs, which may hold passwords. */
const settingPrefixes = ['K6_PROMETHEUS_RW_', 'K6_OTEL_', 'OTEL_', 'K6_INFLUXDB_'];

/**
 * The environment that further k6 outputs need in a runner, from this one.
 *
 * @throws TuneError OUTPUT_NEEDS_THIS_MACHINE for those that write a file, print, or open a port
 */
export function remoteOutputEnvironment(
  outputs: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const refused = outputs.filter((output) => /\s/.test(output) || !sending.includes(nameOf(output)));
  if (refused.length > 0) throw needsThisMachine(refused);
  if (outputs.length === 0) return {};
  const settings = Object.entries(environment).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && settingPrefixes.some((prefix) => entry[0].startsWith(prefix)),
  );
  return Object.fromEntries(settings);
}

function nameOf(output: string): string {
  return output.split('=')[0] ?? output;
}

function needsThisMachine(refused: readonly string[]): TuneError {
  return new TuneError({
    code: 'OUTPUT_NEEDS_THIS_MACHINE',
    message: `--k6-out ${refused.join(', --k6-out ')} does not work from runners in a cluster`,
    why: 'a runner has no disk that stays, its stdout carries the recording, and nobody reaches a port of its pod',
    next: `use an output that sends (${sending.join(', ')}), or load from this machine with \`runner: local\``,
    exitCode: exitCodes.usage,
  });
}
