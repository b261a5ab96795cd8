import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { LoadPlan } from '../../contracts/load-plan.ts';
import { exitCodes, TuneError } from '../../errors.ts';
import { bundleScript, mixedProgram, unneededParts } from '../bundle-script.ts';

/** Where the runners find what the ConfigMap holds. */
export const planFolder = '/tune/plan';
export const scriptFile = 'script.js';
export const planFile = 'load-plan.json';

/** The API server refuses a ConfigMap above 1 MiB; names and labels are part of it. */
const largestBytes = 1_000_000;

/**
 * Everything that a runner reads, by file name: the scenarios as one script, the plan, and the files it names.
 *
 * @param baseUrl of the Service API as the runners reach it
 * @throws TuneError PLAN_TOO_LARGE, exit 2
 */
export async function bundlePlan(plan: LoadPlan, baseUrl: string): Promise<Record<string, string>> {
  const script = await bundleScript(mixedProgram, unneededParts(plan.scenarios));
  const files: Record<string, string> = { [scriptFile]: script };
  // The gate begins the load; a start of the plan's own would delay it once more.
  const { startAt, ...rest } = plan;
  const scenarios = plan.scenarios.map((scenario) => withFiles(scenario, files));
  files[planFile] = JSON.stringify({ ...rest, baseUrl, scenarios });
  requireRoom(files);
  return files;
}

/** Each key of a scenario that ends in File names one on this machine. */
function withFiles<T extends object>(scenario: T, files: Record<string, string>): T {
  const moved = Object.entries(scenario).map(([key, value]) => {
    if (!key.endsWith('File') || typeof value !== 'string') return [key, value];
    const name = `file-${Object.keys(files).length}${extname(value)}`;
    files[name] = readFileSync(value, 'utf8');
    return [key, `${planFolder}/${name}`];
  });
  return Object.fromEntries(moved) as T;
}

function requireRoom(files: Readonly<Record<string, string>>): void {
  const sizes = Object.entries(files).map(([name, text]) => ({ name, bytes: Buffer.byteLength(text) }));
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= largestBytes) return;
  const list = sizes.map(({ name, bytes }) => `${name} ${Math.ceil(bytes / 1000)} kB`).join(', ');
  throw new TuneError({
    code: 'PLAN_TOO_LARGE',
    message: `the plan and its files are ${Math.ceil(total / 1000)} kB (${list}), more than the ${largestBytes / 1000} kB that fit into a ConfigMap`,
    why: 'runners in the cluster get prompts, data and replayed arrivals by a ConfigMap, which Kubernetes limits to 1 MiB',
    next: 'shorten the prompt, data or trace file of the profile (lines are taken in turn), or load from this machine with `runner: local`',
    exitCode: exitCodes.usage,
  });
}
