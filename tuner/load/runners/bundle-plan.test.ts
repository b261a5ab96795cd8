import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LoadPlan, loadPlanSchema } from '../../contracts/load-plan.ts';
import { plan } from '../validity/testing/recorded-lines.ts';
import { bundlePlan } from './bundle-plan.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bundle-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function withScenario(fields: object): LoadPlan {
  return { ...plan, scenarios: plan.scenarios.map((scenario) => ({ ...scenario, ...fields })) };
}

describe('bundlePlan', () => {
  it('makes one script of the scenarios, with nothing left to import but k6', async () => {
    const { 'script.js': script = '' } = await bundlePlan(plan, plan.baseUrl);
    const imports = [...script.matchAll(/^import .*?from "([^"]+)"/gm)].map(([, from]) => from);
    expect(imports.length).toBeGreaterThan(1);
    expect(imports.filter((from) => !/^k6(\/|$)/.test(from ?? ''))).toEqual([]);
    expect(script).toMatch(/export \{[^}]*chat[^}]*\}/);
    expect(script.length).toBeLessThan(100_000);
  });

  it('sends the files that a plan names along, and the plan to where they are', async () => {
    const prompts = join(folder, 'prompts.txt');
    const rows = join(folder, 'rows.csv');
    writeFileSync(prompts, 'one\ntwo\n');
    writeFileSync(rows, 'question\nwhy\n');
    const files = await bundlePlan(
      withScenario({ promptFile: prompts, dataFile: rows }),
      'http://dify-api:5001/v1',
    );
    const moved = loadPlanSchema.parse(JSON.parse(files['load-plan.json'] ?? ''));
    expect(moved.baseUrl).toBe('http://dify-api:5001/v1');
    const [scenario] = moved.scenarios;
    // The ending tells k6's reader what is in it.
    expect(scenario?.dataFile).toMatch(/^\/tune\/plan\/[-\w]+\.csv$/);
    expect(files[scenario?.promptFile?.split('/').at(-1) ?? '']).toBe('one\ntwo\n');
    expect(files[scenario?.dataFile?.split('/').at(-1) ?? '']).toBe('question\nwhy\n');
  });

  it('leaves the beginning to the gate', async () => {
    const files = await bundlePlan({ ...plan, startAt: '2026-01-01T00:00:00.000Z' }, plan.baseUrl);
    expect(files['load-plan.json']).not.toContain('startAt');
  });

  it('says what is too large for a ConfigMap, and how large', async () => {
    const prompts = join(folder, 'long.txt');
    writeFileSync(prompts, 'x'.repeat(1_100_000));
    await expect(bundlePlan(withScenario({ promptFile: prompts }), plan.baseUrl)).rejects.toMatchObject({
      code: 'PLAN_TOO_LARGE',
      exitCode: 2,
      message: expect.stringMatching(/file-1\.txt 1100 kB/),
    });
  });
});
