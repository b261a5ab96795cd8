import { randomUUID } from 'node:crypto';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { findProcessesWith } from './leftover-processes.ts';
import { runSteps } from './run-steps.ts';
import type { TestCount } from './test-count.ts';
import type { Step, StepContext } from './test-steps.ts';

const step = (name: string, run: (context: StepContext) => Promise<TestCount>): Step => ({ name, run });
const counting = (name: string, passed: number, ...failures: string[]) =>
  step(name, async () => ({ passed, failures }));

async function run(steps: readonly Step[], interrupt = new AbortController()) {
  const value = randomUUID();
  const printed: string[] = [];
  const context: StepContext = {
    env: { ...process.env, TUNE_STEPS_TEST: value },
    signal: interrupt.signal,
    go: () => Promise.reject(new Error('no step here needs Go')),
  };
  const marker = `TUNE_STEPS_TEST=${value}`;
  const exitCode = await runSteps(steps, {
    context,
    marker,
    graceMs: 100,
    print: (text) => printed.push(text),
  });
  return { exitCode, printed: printed.join(''), lastLine: printed.at(-1), marker };
}

describe('runSteps', () => {
  it('adds up what all runners did, in one closing line', async () => {
    const { exitCode, printed, lastLine } = await run([counting('types', 1), counting('unit', 41)]);
    expect({ exitCode, lastLine }).toEqual({ exitCode: 0, lastLine: '42 passed, 0 failed\n' });
    expect(printed.match(/passed, \d+ failed/g)).toHaveLength(1);
  });

  it('goes on after a failure, names it, and fails', async () => {
    const { exitCode, printed, lastLine } = await run([
      counting('types', 0, 'types'),
      counting('unit', 2, 'adds'),
    ]);
    expect({ exitCode, lastLine }).toEqual({ exitCode: 1, lastLine: '2 passed, 2 failed\n' });
    expect(printed).toContain('FAILED types\nFAILED adds\n');
  });

  it('counts a runner that breaks as one failure', async () => {
    const broken = step('unit', () => Promise.reject(new Error('vitest is gone')));
    const { exitCode, printed, lastLine } = await run([broken, counting('types', 1)]);
    expect({ exitCode, lastLine }).toEqual({ exitCode: 1, lastLine: '1 passed, 1 failed\n' });
    expect(printed).toContain('vitest is gone');
  });

  it('fails when nothing ran', async () => {
    expect(await run([])).toMatchObject({ exitCode: 1, lastLine: '0 passed, 0 failed\n' });
  });

  it.runIf(process.platform === 'linux')(
    'counts a process that was left behind as a failure, and ends it',
    async () => {
      let pid = 0;
      const careless = step('unit', async ({ env }) => {
        const { stdout } = await execa('sh', ['-c', 'sleep 60 >/dev/null 2>&1 & echo $!'], { env });
        pid = Number(stdout);
        return { passed: 1, failures: [] };
      });
      const { exitCode, printed, lastLine, marker } = await run([careless]);
      expect({ exitCode, lastLine }).toEqual({ exitCode: 1, lastLine: '1 passed, 1 failed\n' });
      expect(printed).toContain(`FAILED left running: ${pid} sleep 60`);
      await expect.poll(() => findProcessesWith(marker)).toEqual([]);
    },
  );

  it('stops after the step in which it was interrupted, says so, and answers 130', async () => {
    const interrupt = new AbortController();
    const interrupted = step('unit', async () => {
      interrupt.abort();
      return { passed: 1, failures: [] };
    });
    const { exitCode, printed } = await run([interrupted, counting('end-to-end', 5)], interrupt);
    expect(exitCode).toBe(130);
    expect(printed).not.toContain('end-to-end');
    expect(printed).toContain('interrupted: the rest did not run\n1 passed, 0 failed\n');
  });
});
