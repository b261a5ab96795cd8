import {
  exampleDemand,
  exampleModel,
  exampleObjectives,
  exampleScaling,
} from '../../simulate/bench/example-deployment.ts';
import type { Scaling } from '../../simulate/model.ts';
import type { SimulationSummary } from '../../simulate/result.ts';
import { haltonPoint } from '../../stats/halton.ts';
import { createEvaluator } from '../evaluator.ts';

/** `npm run bench:settings`: 20,000 settings, each over one hour of demand: seconds on two threads, memory, and whether one thread agrees. */
const settings = 20_000;
const hourSeconds = 3600;
/** Compared between one thread and two; the rest would only take time. */
const compared = 2000;
const limitSeconds = 60;
const limitMegabytes = 500;
const bytesPerMegabyte = 1e6;

function scalingAt(index: number): Scaling {
  const [target = 0, min = 0, window = 0, queue = 0] = haltonPoint(index, 4, 1);
  const { api, worker } = exampleScaling;
  if (api === undefined || worker === undefined) throw new Error('the example has both');
  const behavior = { scaleDown: { stabilizationWindowSeconds: 60 + Math.floor(window * 840) } };
  const minReplicas = 1 + Math.floor(min * 4);
  return {
    api: {
      ...api,
      initialReplicas: minReplicas,
      hpaSpec: {
        ...api.hpaSpec,
        minReplicas,
        behavior,
        metrics: [
          {
            type: 'Resource',
            resource: {
              name: 'cpu',
              target: { type: 'Utilization', averageUtilization: 30 + Math.floor(target * 60) },
            },
          },
        ],
      },
    },
    worker: {
      ...worker,
      hpaSpec: {
        ...worker.hpaSpec,
        behavior,
        metrics: [
          {
            type: 'External',
            external: {
              metric: { name: 'dify_workflow_queue_depth' },
              target: { type: 'AverageValue', averageValue: String(1 + Math.floor(queue * 20)) },
            },
          },
        ],
      },
    },
  };
}

let highestMegabytes = 0;
/** As the work goes on: flat means that these do not grow with what is done. */
const megabytesAt: number[] = [];
async function evaluateAll(scalings: readonly Scaling[], threads: number): Promise<SimulationSummary[][]> {
  const demands = [exampleDemand(hourSeconds, 7, 9.5)];
  let done = 0;
  const watch = (count: number) => {
    const megabytes = process.memoryUsage.rss() / bytesPerMegabyte;
    highestMegabytes = Math.max(highestMegabytes, megabytes);
    done += count;
    if (threads > 1 && done >= ((megabytesAt.length + 1) * scalings.length) / 4) megabytesAt.push(megabytes);
  };
  const evaluator = createEvaluator(
    { model: exampleModel, demands, objectives: exampleObjectives },
    { threads, onEvaluated: watch },
  );
  try {
    return await evaluator.evaluate(scalings, 1);
  } finally {
    await evaluator.close();
  }
}

const scalings = Array.from({ length: settings }, (_, index) => scalingAt(index));
const threads = 2;
const from = performance.now();
const usageBefore = process.cpuUsage();
const onTwo = await evaluateAll(scalings, threads);
const wallSeconds = (performance.now() - from) / 1000;
const usage = process.cpuUsage(usageBefore);
// What the threads worked, not how long they waited for whatever else runs on this machine.
const seconds = (usage.user + usage.system) / 1e6 / threads;
const onOne = await evaluateAll(scalings.slice(0, compared), 1);
const isSame = JSON.stringify(onOne) === JSON.stringify(onTwo.slice(0, compared));
const isGood = isSame && seconds <= limitSeconds && highestMegabytes <= limitMegabytes;
process.stdout.write(
  `${isGood ? 'PASS' : 'MISS'} ${settings} settings over one hour: ${seconds.toFixed(1)} s of each of ${threads} cores ` +
    `(limit ${limitSeconds} s; ${wallSeconds.toFixed(1)} s by the clock), resident memory at most ${highestMegabytes.toFixed(0)} MB ` +
    `(limit ${limitMegabytes} MB; ${megabytesAt.map((at) => at.toFixed(0)).join(', ')} MB at each quarter), ` +
    `one thread gives ${isSame ? 'the same' : 'ANOTHER RESULT'} (${compared} compared)\n`,
);
if (!isGood) process.exitCode = 1;
