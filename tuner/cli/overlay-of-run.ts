import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { toolPath } from '../../scripts/tools/tool-paths.ts';
import { adviceSchema } from '../contracts/advice.ts';
import { type Target, targetSchema } from '../contracts/config.ts';
import { evidenceSchema } from '../contracts/evidence.ts';
import { runSchema } from '../contracts/run.ts';
import { exitCodes, TuneError } from '../errors.ts';
import type { Values } from '../overlay/values-document.ts';
import { writeOverlay } from '../overlay/write-overlay.ts';
import { openRunFolder, type RunFolder } from '../pipeline/run-folder.ts';
import type { OverlayFlags } from './overlay.ts';

/** Writes the overlay of a run's advice. @returns what to print */
export async function overlayOfRun(run: string, flags: OverlayFlags): Promise<string> {
  return overlayOf(openRunFolder(run, process.cwd()), flags);
}

async function overlayOf(folder: RunFolder, flags: OverlayFlags): Promise<string> {
  const run = folder.readJson('run', runSchema);
  const advice = folder.readJson('advice', adviceSchema);
  const target = targetOf(run.target, folder);
  const result = await writeOverlay(advice, folder.readJson('evidence', evidenceSchema), {
    release: target.release,
    namespace: target.namespace,
    context: target.context ?? null,
    ...(target.kubeconfig === undefined ? {} : { kubeconfig: target.kubeconfig }),
    folder: folder.file('overlay'),
    helmPath: flags.helm ?? (flags.chart === undefined ? 'helm' : toolPath('helm')),
    ...(flags.chart === undefined ? {} : { chartPath: existing(flags.chart, '--chart') }),
    ...(flags.values === undefined ? {} : { releaseValues: readValues(existing(flags.values, '--values')) }),
    chartLabel: run.versions.chart,
  });
  if (result === null) throw nothingToWrite(folder, advice.summary);
  if (flags.json) return JSON.stringify(result.overlay, null, 2);
  return result.overlay.files.map((file) => resolve(result.folder, file)).join('\n');
}

function targetOf(recorded: unknown, folder: RunFolder): Target {
  const target = targetSchema.safeParse(recorded);
  if (target.success) return target.data;
  throw new TuneError({
    code: 'NO_TARGET_RECORDED',
    message: `${folder.file('run')} does not say which release the run was made against`,
    why: target.error.issues.map(({ path, message }) => `target.${path.join('.')}: ${message}`).join('; '),
    next: 'restore run.json; release and namespace stand in no other file of the run',
    exitCode: exitCodes.usage,
  });
}

function existing(path: string, flag: string): string {
  const absolute = resolve(path);
  if (existsSync(absolute)) return absolute;
  throw new TuneError({
    code: 'NO_FILE',
    message: `${flag} ${path}: there is no such file or folder`,
    why: `looked for ${absolute}`,
    next: `name one that is there with ${flag}`,
    exitCode: exitCodes.usage,
  });
}

function readValues(path: string): Values {
  const document = parseDocument(readFileSync(path, 'utf8'));
  const values: unknown = document.errors.length === 0 ? document.toJS() : undefined;
  // `helm get values` prints null for a release without values of its own.
  if (values === null) return {};
  if (typeof values === 'object' && !Array.isArray(values)) return values as Values;
  throw new TuneError({
    code: 'BAD_VALUES',
    message: `${path} holds no Helm values`,
    why: document.errors[0]?.message ?? 'it is not a YAML mapping',
    next: 'write it with: helm get values RELEASE --output yaml > values.yaml',
    exitCode: exitCodes.usage,
  });
}

function nothingToWrite(folder: RunFolder, summary: string): TuneError {
  return new TuneError({
    code: 'INSUFFICIENT_EVIDENCE',
    message: `run ${folder.id} supports no recommendation, so there is no overlay`,
    why: summary,
    next: `see what is missing: tune report ${folder.path}`,
    exitCode: exitCodes.notEnoughEvidence,
  });
}
