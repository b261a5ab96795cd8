import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Demand, ObjectivesModel, Scaling, SimulationModel } from '../simulate/model.ts';
import type { SimulationSummary } from '../simulate/result.ts';
import { type EvaluationJob, evaluateScalings } from './evaluate-scalings.ts';

/** Simulates settings, each under the same demands. */
export interface Evaluator {
  /** @returns for each setting one summary per demand used, in order */
  readonly evaluate: (scalings: readonly Scaling[], demands: number) => Promise<SimulationSummary[][]>;
  readonly close: () => Promise<void>;
}

export interface EvaluatorInput {
  readonly model: SimulationModel;
  readonly demands: readonly Demand[];
  readonly objectives: ObjectivesModel;
}

export interface EvaluatorOptions {
  readonly threads?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of settings that have been simulated since the last call. */
  readonly onEvaluated?: ((settings: number) => void) | undefined;
}

/** Enough to make a message worth its cost, few enough that threads end together. */
const settingsPerJob = 16;

/** Simulations leave short-lived garbage alone; left to itself the runtime spreads it over hundreds of megabytes. */
const youngMegabytes = 16;

/**
 * Spreads simulations over threads; with one thread they run in this one.
 *
 * Each setting is simulated by itself from the same inputs, so the result does not depend on the threads.
 */
export function createEvaluator(input: EvaluatorInput, options: EvaluatorOptions = {}): Evaluator {
  const threads = options.threads ?? Math.min(2, availableParallelism());
  const runners =
    threads > 1 ? Array.from({ length: threads }, () => threadRunner(input)) : [ownRunner(input)];
  return {
    async evaluate(scalings, demands) {
      const results: SimulationSummary[][] = [];
      let next = 0;
      const work = async (runner: Runner) => {
        while (next < scalings.length) {
          options.signal?.throwIfAborted();
          const from = next;
          next += settingsPerJob;
          const job = { scalings: scalings.slice(from, next), demands };
          const found = await runner.run(job);
          for (const [index, summaries] of found.entries()) results[from + index] = summaries;
          options.onEvaluated?.(found.length);
        }
      };
      await Promise.all(runners.map(work));
      return results;
    },
    async close() {
      await Promise.all(runners.map((runner) => runner.close()));
    },
  };
}

interface Runner {
  readonly run: (job: EvaluationJob) => Promise<SimulationSummary[][]>;
  readonly close: () => Promise<unknown>;
}

/** Gives way between jobs, so that signals and progress get through. */
function ownRunner(input: EvaluatorInput): Runner {
  return {
    async run(job) {
      await new Promise((resolve) => setImmediate(resolve));
      return evaluateScalings(input, job);
    },
    close: async () => {},
  };
}

function threadRunner(input: EvaluatorInput): Runner {
  const worker = new Worker(new URL('./evaluate-thread.ts', import.meta.url), {
    workerData: input,
    resourceLimits: { maxYoungGenerationSizeMb: youngMegabytes },
  });
  // The search may end early; an idle thread must not keep the process alive.
  worker.unref();
  return {
    run: (job) =>
      new Promise((resolve, reject) => {
        worker.ref();
        const settle = (act: () => void) => {
          worker.off('message', onMessage);
          worker.off('error', onError);
          worker.unref();
          act();
        };
        const onMessage = (summaries: SimulationSummary[][]) => settle(() => resolve(summaries));
        const onError = (error: unknown) => settle(() => reject(error));
        worker.on('message', onMessage);
        worker.on('error', onError);
        worker.postMessage(job);
      }),
    close: () => worker.terminate(),
  };
}
