import { exitCodes, TuneError } from '../errors.ts';
import type { ComponentModel, SimulationModel } from './model.ts';

/**
 * A CPU without end has no usage: work is reckoned in seconds of a process, and no seconds of it are any millicores. What
 * comes out would be NaN, which an HPA takes for a metric.
 *
 * @throws TuneError BAD_MODEL with every number that cannot be simulated
 */
export function checkModel({ components, pages }: SimulationModel): void {
  const problems = [...components.flatMap((component) => problemsOf(component)), ...problemsOfPages(pages)];
  if (problems.length === 0) return;
  throw new TuneError({
    code: 'BAD_MODEL',
    message: `the model cannot be simulated\n${problems.join('\n')}`,
    why: 'one such number makes usage, latencies and replicas no numbers any more',
    next: 'check the numbers of that component in evidence.json, or derive it anew: tune recommend RUN',
    exitCode: exitCodes.usage,
  });
}

/** A page that takes no time, or less, would never be done in order. */
function problemsOfPages(pages: SimulationModel['pages']): string[] {
  if (pages === undefined || (pages.cpuMilliseconds > 0 && Number.isFinite(pages.cpuMilliseconds))) return [];
  return [`pages.cpuMilliseconds is ${pages.cpuMilliseconds}; it has to be a number above 0`];
}

function problemsOf(component: ComponentModel): string[] {
  const { name, processMillicores, processes, idleMillicores, slotsPerReplica } = component;
  const perClass = (field: 'cpuMilliseconds' | 'cpuRatioBeforeFirstToken', most: number, range: string) =>
    Object.entries(component[field]).map(([key, value]): [string, boolean, string] => [
      `${field}.${key} is ${value}`,
      value >= 0 && value <= most,
      range,
    ]);
  const checks: [string, boolean, string][] = [
    [`processes is ${processes}`, Number.isInteger(processes) && processes > 0, 'a whole number above 0'],
    [
      `processMillicores is ${processMillicores}`,
      Number.isFinite(processMillicores) && processMillicores > 0,
      'a number above 0',
    ],
    [
      `idleMillicores is ${idleMillicores}`,
      Number.isFinite(idleMillicores) && idleMillicores >= 0,
      'a number of 0 or more',
    ],
    [
      `slotsPerReplica is ${slotsPerReplica}`,
      slotsPerReplica > 0,
      'above 0; Infinity where slots never bind',
    ],
    ...perClass('cpuMilliseconds', Number.MAX_VALUE, 'a number of 0 or more'),
    ...perClass('cpuRatioBeforeFirstToken', 1, 'from 0 to 1'),
  ];
  return checks.flatMap(([what, isGood, range]) =>
    isGood ? [] : [`${name}.${what}; it has to be ${range}`],
  );
}
