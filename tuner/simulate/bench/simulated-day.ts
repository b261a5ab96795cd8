import { simulate } from '../simulate.ts';
import { prepareScaling } from '../world.ts';
import { exampleDemand, exampleModel, exampleObjectives, exampleScaling } from './example-deployment.ts';

/** One simulated day of API and worker at 1 s steps and 15 s syncs: milliseconds on one core after warm-up. */
const limitMilliseconds = 20;
const warmUps = 20;
const measured = 25;

const demand = exampleDemand(86_400, 7);
const prepared = prepareScaling(exampleModel, exampleScaling);
let summary = simulate(exampleModel, prepared, demand, exampleObjectives).summary;
const times: number[] = [];
for (let round = 0; round < warmUps + measured; round++) {
  // CPU time, not wall time: whatever else runs on this machine is not the simulator's doing.
  const from = process.cpuUsage();
  summary = simulate(exampleModel, prepared, demand, exampleObjectives).summary;
  if (round >= warmUps) times.push(process.cpuUsage(from).user / 1000);
}
times.sort((a, b) => a - b);
const median = times[Math.floor(times.length / 2)] ?? Number.NaN;
process.stdout.write(
  `simulated day (API and worker, 1 s steps, 15 s syncs): median ${median.toFixed(1)} ms, ` +
    `fastest ${(times[0] ?? Number.NaN).toFixed(1)} ms, limit ${limitMilliseconds} ms\n` +
    `${JSON.stringify(summary)}\n`,
);
