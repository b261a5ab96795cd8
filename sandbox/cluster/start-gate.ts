/**
 * Holds back what needs the API server until that is ready.
 *
 * kwokctl starts everything within a few milliseconds, and each of the programs gives up on an API server that does
 * not answer soon enough for it: metrics-server at the first refused connection, kube-controller-manager after 10 s,
 * kwok after five looks; the scheduler waits ever longer between two looks. On a busy machine all of them lose.
 * So kwokctl is given scripts, and the supervisor, which asks the API server anyway, opens a gate for all of them.
 */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SandboxPaths } from './sandbox-paths.ts';
import type { SandboxTools } from './sandbox-plan.ts';
import { startLimitSeconds } from './start-limit.ts';

/** kubectl as well: kwokctl would run it five times a second to see whether the API server answers. */
const heldBack = ['kubeControllerManager', 'kubeScheduler', 'kwok', 'metricsServer', 'kubectl'] as const;

const pollSeconds = 0.2;
/** Longer than the supervisor waits, so that it is the one who says what went wrong. */
const longestSeconds = 2 * startLimitSeconds;

type GatePaths = Pick<SandboxPaths, 'gate' | 'heldBack'>;

/**
 * @param atMostSeconds then a script gives up with an error in its log
 * @returns the tools with a script in the place of each that has to wait; the program keeps the script's pid
 */
export function holdBack(
  tools: SandboxTools,
  paths: GatePaths,
  atMostSeconds: number = longestSeconds,
): SandboxTools {
  mkdirSync(paths.heldBack, { recursive: true });
  const scripts = heldBack.map((name) => {
    const script = join(paths.heldBack, name);
    writeFileSync(script, waitingScript(name, tools[name], { gate: paths.gate, atMostSeconds }));
    chmodSync(script, 0o755);
    return [name, script] as const;
  });
  return { ...tools, ...Object.fromEntries(scripts) };
}

/** Lets everything go that waits, and everything that comes later. */
export function openGate({ gate }: GatePaths): void {
  writeFileSync(gate, '');
}

/** Before there is an API server kwokctl asks each program for its version, and kubectl to put manifests together. */
function waitingScript(
  name: string,
  program: string,
  { gate, atMostSeconds }: { readonly gate: string; readonly atMostSeconds: number },
): string {
  return `#!/bin/sh
case "$1" in --version | kustomize) exec ${quote(program)} "$@" ;; esac
polls=0
until [ -e ${quote(gate)} ]; do
  polls=$((polls + 1))
  if [ "$polls" -gt ${Math.ceil(atMostSeconds / pollSeconds)} ]; then
    echo "${name} was not started: the API server was never ready" >&2
    exit 1
  fi
  sleep ${pollSeconds}
done
exec ${quote(program)} "$@"
`;
}

function quote(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}
