import { Command } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { registerSandbox } from './sandbox.ts';

/** A name no sandbox has. */
const name = `none-${process.pid}`;
afterEach(() => vi.restoreAllMocks());

function run(...args: string[]): Promise<Command> {
  const program = new Command('tune').exitOverride().configureOutput({ writeErr: () => {} });
  registerSandbox(program);
  for (const command of program.commands.flatMap((each) => each.commands)) {
    command.exitOverride().configureOutput({ writeErr: () => {} });
  }
  return program.parseAsync(['node', 'tune', 'sandbox', ...args]);
}

function printed(): string[] {
  const lines: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(String(text));
    return true;
  });
  return lines;
}

describe('tune sandbox', () => {
  it.each(['status', 'down'])('%s says which sandbox is not up, and how to start it', async (command) => {
    await expect(run(command, '--name', name)).rejects.toMatchObject({
      code: 'SANDBOX_NOT_UP',
      exitCode: 3,
      message: `the sandbox "${name}" is not up`,
      next: expect.stringContaining(`tune sandbox up --name ${name}`),
    });
  });

  it('status --json prints the state also when there is none', async () => {
    const lines = printed();
    await expect(run('status', '--name', name, '--json')).rejects.toMatchObject({ exitCode: 3 });
    expect(JSON.parse(lines.join(''))).toMatchObject({ name, state: 'absent', components: [] });
  });

  it('up refuses a world that is none before it starts anything', async () => {
    await expect(run('up', '--name', name, '--world', 'comfy')).rejects.toMatchObject({
      code: 'UNKNOWN_WORLD',
      exitCode: 2,
    });
  });

  it.each([
    { args: ['up', '--name', '../elsewhere'], says: /lower-case letters, digits and dashes/ },
    { args: ['up', '--first-port', '80'], says: /between 1024 and 65525/ },
  ])('refuses $args', async ({ args, says }) => {
    await expect(run(...args)).rejects.toThrow(says);
  });
});
