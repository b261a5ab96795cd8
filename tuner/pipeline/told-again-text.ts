import type { Verdict } from '../contracts/verdict.ts';

/** What the advice turns on: how many replicas, and how late first tokens are. The report has the rest. */
const toldAgain = /readyReplicas$|timeToFirstTokenP95 of all requests$/;

/** How the simulator tells the recorded run again, a line each; none where nothing was compared. */
export function toldAgainLines(calibration: Verdict['calibration']): string[] {
  return calibration.flatMap(({ quantity, unit, recorded, simulated, simulatedLow, simulatedHigh }) => {
    if (!toldAgain.test(quantity) || simulatedLow === undefined || simulatedHigh === undefined) return [];
    const shown = (value: number) => (unit === 'ms' ? (value / 1000).toFixed(2) : value.toFixed(2));
    return [
      `  ${quantity}: ${shown(recorded)} recorded, ${shown(simulated)} simulated (${shown(simulatedLow)} to ${shown(simulatedHigh)} by luck)${unit === 'ms' ? ' s' : ''}`,
    ];
  });
}
