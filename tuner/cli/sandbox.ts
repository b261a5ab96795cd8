import { type Command, InvalidArgumentError } from 'commander';
import { downSandbox } from '../../sandbox/cluster/down-sandbox.ts';
import { formatStatus } from '../../sandbox/cluster/format-status.ts';
import { sandboxFolder } from '../../sandbox/cluster/sandbox-paths.ts';
import { sandboxNames, sandboxStatus } from '../../sandbox/cluster/sandbox-status.ts';
import { upSandbox } from '../../sandbox/cluster/up-sandbox.ts';
import { waitUntilReadyForLoad } from '../../sandbox/cluster/wait-until-ready-for-load.ts';
import { didYouMean } from '../config/nearest-name.ts';
import { exitCodes, TuneError } from '../errors.ts';
import { interruptSignal } from './interrupt.ts';

interface Common {
  readonly name: string;
  readonly json?: boolean;
}

interface Up extends Common {
  readonly world: string;
  readonly firstPort?: number;
  readonly wait?: boolean;
}

const examples = {
  up: `
Examples:
  tune sandbox up
  tune sandbox up --world slots-and-queue-bound --wait
  tune sandbox up --name second --world ./my-world.yaml --json`,
  status: `
Examples:
  tune sandbox status
  tune sandbox status --name second --json`,
  down: `
Examples:
  tune sandbox down
  tune sandbox down --name second`,
};

/** `tune sandbox up|down|status`: a real control plane with fake pods and a stand-in Dify, on this machine. */
export function registerSandbox(program: Command): void {
  const sandbox = program
    .command('sandbox')
    .description('a real Kubernetes control plane with fake pods and a stand-in Dify, on this machine');
  withCommon(sandbox.command('up').description('start one; it lives until `tune sandbox down`'))
    .option('--world <name|file>', 'what the stand-in Dify is like: a name, or a YAML file', 'comfortable')
    .option('--first-port <port>', 'first of ten neighbouring ports (default: a free block)', port)
    .option('--wait', 'until all pods are Ready and have metrics')
    .addHelpText('after', examples.up)
    .action(up);
  withCommon(sandbox.command('status').description('what runs, and what the HPAs see'))
    .addHelpText('after', examples.status)
    .action(status);
  withCommon(sandbox.command('down').description('end one, and remove its folder'))
    .addHelpText('after', examples.down)
    .action(down);
}

function withCommon(command: Command): Command {
  return command
    .option('--name <name>', 'which sandbox; several run side by side', sandboxName, 'default')
    .option('--json', 'print the result as JSON');
}

async function up({ name, world, firstPort, wait, json }: Up): Promise<void> {
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

async function status({ name, json }: Common): Promise<void> {
  const found = await sandboxStatus(sandboxFolder(name));
  if (json) print(JSON.stringify(found));
  if (found.state === 'absent') throw notUp(name, 'there is none of that name');
  if (!json) print(formatStatus(found));
  if (found.state === 'ended') throw notUp(name, `it has ended: ${found.endedBecause}`);
}

async function down({ name, json }: Common): Promise<void> {
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

function sandboxName(text: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,39}$/.test(text)) return text;
  throw new InvalidArgumentError('write up to 40 lower-case letters, digits and dashes.');
}

function port(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1024 && number <= 65_525) return number;
  throw new InvalidArgumentError('write a port between 1024 and 65525.');
}

function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
