import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const sources = ['tuner', 'reports', 'sandbox', 'scripts', 'scenarios'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: sources.map((folder) => `${folder}/**/*.test.ts`),
          exclude: ['**/*.e2e.test.ts', '**/*.long.test.ts', '**/node_modules/**'],
          // Reading the same modules anew for each of the files was half of the processor time.
          isolate: false,
          // As users run it: by Node's own import. Vite's rewritten imports make simulations half as slow again.
          // No test puts another module in the place of one, so nothing has to be looked through for that.
          experimental: { viteModuleRunner: false, nodeLoader: false },
          // One core less would be one worker on a small machine, and much of a test is waiting for a process.
          maxWorkers: Math.max(2, availableParallelism()),
          // Some start a process or two: on a busy machine that takes longer than the usual five seconds.
          testTimeout: 30_000,
        },
      },
      {
        // One file after another: each starts a cluster and a load generator on the same few cores.
        test: {
          name: 'e2e',
          include: sources.map((folder) => `${folder}/**/*.e2e.test.ts`),
          fileParallelism: false,
          testTimeout: 900_000,
          hookTimeout: 300_000,
        },
      },
      {
        // Hours, not minutes: only with scripts/test --long.
        test: {
          name: 'long',
          include: sources.map((folder) => `${folder}/**/*.long.test.ts`),
          fileParallelism: false,
          testTimeout: 12 * 3_600_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
