import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { sandboxMarker } from './process-identity.ts';
import { sandboxPaths } from './sandbox-paths.ts';

export interface ComponentCommand {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** `pipe` holds a lifeline: the child reads the end of its stdin when we are gone, however we went. */
  readonly stdin?: 'ignore' | 'pipe';
}

export interface StartedComponent {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly log: string;
}

/**
 * Starts a process of the sandbox in a session of its own, so that a Ctrl-C at the terminal reaches only the
 * command that was typed, with its output in logs/NAME.log.
 *
 * @throws the spawn error (ENOENT, EACCES) when the program cannot be run
 */
export async function spawnComponent(folder: string, command: ComponentCommand): Promise<StartedComponent> {
  const log = join(sandboxPaths(folder).logs, `${command.name}.log`);
  const output = openSync(log, 'a');
  try {
    const child = spawn(command.program, command.args, {
      detached: true,
      stdio: [command.stdin ?? 'ignore', output, output],
      env: { ...inheritedEnvironment(), ...command.env, [sandboxMarker]: folder },
    });
    return { child, pid: await pidOf(child), log };
  } finally {
    closeSync(output);
  }
}

function pidOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve(child.pid ?? -1)).once('error', reject);
  });
}

/** Without what would steer kwokctl or kubectl elsewhere. */
function inheritedEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('KWOK_') && name !== 'KUBECONFIG'),
  );
}
