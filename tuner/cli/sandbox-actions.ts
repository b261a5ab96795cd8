import { downSandbox } from '../../sandbox/cluster/down-sandbox.ts';
import { formatStatus } from '../../sandbox/cluster/format-status.ts';
import { sandboxFolder } from '../../sandbox/cluster/sandbox-paths.ts';
import { sandboxNames, sandboxStatus } from '../../sandbox/cluster/sandbox-status.ts';
import { upSandbox } from '../../sandbox/cluster/up-sandbox.ts';
import { waitUntilReadyForLoad } from '../../sandbox/cluster/wait-until-ready-for-load.ts';
import { didYouMean } from '../config/nearest-name.ts';
import { exitCodes, TuneError } from '../errors.ts';
import { interruptSignal } from './interrupt.ts';
import type { SandboxFlags, SandboxUpFlags } from './sandbox.ts';

/** `tune sandbox up`. */
export async function up({ name, world, firstPort, wait, json }: SandboxUpFlags): Promise<void> {
  const folder = sandboxFolder(name);
  const signal = interruptSignal();
  const { target, targetFile, record } = await upSandbox({
    world,
    folder,
    name,
    owner: 'itself',
    signal,
    onStep: progress,
    ...(firstPort !== undefined && { firstPort }),
  });
  progress(`up in ${record.upSeconds?.toFixed(1)} s`);
  const readySeconds = wait ? await waitForLoad(folder, signal) : null;
  const { url, kubeconfig } = target;
  const result = { name, folder, url, kubeconfig, targetFile, upSeconds: record.upSeconds, readySeconds };
  print(json ? JSON.stringify({ ...result, target }) : describeUp(result));
}

interface UpResult {
  readonly name: string;
  readonly url: string;
  readonly targetFile: string;
  readonly kubeconfig: string | undefined;
}

/** A Ctrl-C here ends the wait, not the sandbox: it is up already. */
async function waitForLoad(folder: string, signal: AbortSignal): Promise<number> {
  try {
    const seconds = await waitUntilReadyForLoad(folder, { signal, onWaiting: progress });
    progress(`ready for load after ${seconds.toFixed(1)} s more`);
    return seconds;
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new TuneError({
      code: 'INTERRUPTED',
      message: 'interrupted while the pods were starting',
      why: 'the sandbox is up and stays so',
      next: 'run `tune sandbox status` to look at it, or `tune sandbox down` to end it',
      exitCode: exitCodes.interrupted,
    });
  }
}

function describeUp({ name, url, targetFile, kubeconfig }: UpResult): string {
  const suffix = name === 'default' ? '' : ` --name ${name}`;
  return [
    `sandbox "${name}" is up: ${url}`,
    `  target  ${targetFile}`,
    `  cluster kubectl --kubeconfig ${kubeconfig}`,
    `  look    tune sandbox status${suffix}`,
    `  end     tune sandbox down${suffix}`,
  ].join('\n');
}

/** `tune sandbox status`. */
export async function status({ name, json }: SandboxFlags): Promise<void> {
  const found = await sandboxStatus(sandboxFolder(name));
  if (json) print(JSON.stringify(found));
  if (found.state === 'absent') throw notUp(name, 'there is none of that name');
  if (!json) print(formatStatus(found));
  if (found.state === 'ended') throw notUp(name, `it has ended: ${found.endedBecause}`);
}

/** `tune sandbox down`. */
export async function down({ name, json }: SandboxFlags): Promise<void> {
  const { was } = await downSandbox(sandboxFolder(name));
  if (json) print(JSON.stringify({ name, was }));
  if (was === 'absent') throw notUp(name, 'there is none of that name');
  if (!json)
    print(was === 'up' ? `sandbox "${name}" is down` : `sandbox "${name}" had ended; its rest is gone`);
}

function notUp(name: string, why: string): TuneError {
  const others = sandboxNames().filter((other) => other !== name);
  return new TuneError({
    code: 'SANDBOX_NOT_UP',
    message: `the sandbox "${name}" is not up`,
    why: others.length > 0 ? `${why}; sandboxes in this checkout: ${others.join(', ')}` : why,
    next: `${didYouMean(name, others)}start one with \`tune sandbox up${name === 'default' ? '' : ` --name ${name}`}\``,
    exitCode: exitCodes.unreachable,
  });
}

function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
