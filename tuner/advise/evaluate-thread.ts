import { parentPort, workerData } from 'node:worker_threads';
import { type EvaluationJob, evaluateScalings } from './evaluate-scalings.ts';
import type { EvaluatorInput } from './evaluator.ts';

/** A thread of the search: settings in, summaries out. */
const input = workerData as EvaluatorInput;
parentPort?.on('message', (job: EvaluationJob) => {
  parentPort?.postMessage(evaluateScalings(input, job));
});
