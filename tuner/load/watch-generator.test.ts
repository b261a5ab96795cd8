import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type GeneratorSample, generatorSampleSchema } from '../contracts/generator-sample.ts';
import { readNdjson } from '../journal/read-ndjson.ts';
import { startClock } from '../journal/run-clock.ts';
import { readProcessUsage } from './process-usage.ts';
import { watchGenerator } from './watch-generator.ts';

it.skipIf(!existsSync('/proc/self/stat'))('tells the busy process from the idle one', async () => {
  const runFolder = mkdtempSync(join(tmpdir(), 'generator-'));
  const busy = spawn(process.execPath, ['-e', 'for(;;);'], { stdio: 'ignore' });
  const watch = watchGenerator({ runFolder, clock: startClock(), everyMs: 100 });
  await new Promise((resolve) => setTimeout(resolve, 150));
  watch.setProcess(busy.pid ?? null);
  await new Promise((resolve) => setTimeout(resolve, 600));
  watch.setProcess(null);
  busy.kill('SIGKILL');
  await new Promise((resolve) => setTimeout(resolve, 150));
  watch.stop();

  const samples: GeneratorSample[] = [];
  for await (const sample of readNdjson(join(runFolder, 'generator.ndjson'), generatorSampleSchema)) {
    samples.push(sample);
  }
  expect(samples[0]?.k6CpuCores).toBeNull();
  expect(samples.at(-1)?.k6CpuCores).toBeNull();
  const during = samples.filter(({ k6CpuCores }) => k6CpuCores !== null);
  expect(Math.max(...during.map(({ k6CpuCores }) => k6CpuCores ?? 0))).toBeGreaterThan(0.02);
  expect(during.every(({ k6MemoryBytes }) => (k6MemoryBytes ?? 0) > 1e6)).toBe(true);
  expect(during.every(({ k6OpenFiles }) => (k6OpenFiles ?? 0) > 2)).toBe(true);
  for (const { hostCpuRatio } of samples) {
    expect(hostCpuRatio ?? 0).toBeGreaterThanOrEqual(0);
    expect(hostCpuRatio ?? 0).toBeLessThanOrEqual(1);
  }
});

it('knows nothing of a process that is gone', () => {
  expect(readProcessUsage(2 ** 22 + 1)).toBeNull();
});
