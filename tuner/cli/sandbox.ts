import { type Command, InvalidArgumentError } from 'commander';
import { givenFlags } from './given-flags.ts';

export interface SandboxFlags {
  readonly name: string;
  readonly json?: boolean;
}

export interface SandboxUpFlags extends SandboxFlags {
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
    .action(async (_own: object, command: Command) =>
      (await actions()).up(givenFlags<SandboxUpFlags>(command)),
    );
  withCommon(sandbox.command('status').description('what runs, and what the HPAs see'))
    .addHelpText('after', examples.status)
    .action(async (_own: object, command: Command) =>
      (await actions()).status(givenFlags<SandboxFlags>(command)),
    );
  withCommon(sandbox.command('down').description('end one, and remove its folder'))
    .addHelpText('after', examples.down)
    .action(async (_own: object, command: Command) =>
      (await actions()).down(givenFlags<SandboxFlags>(command)),
    );
}

/** Loaded only when one of them runs. */
const actions = () => import('./sandbox-actions.ts');

function withCommon(command: Command): Command {
  return command
    .option('--name <name>', 'which sandbox; several run side by side', sandboxName, 'default')
    .option('--json', 'print the result as JSON');
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
