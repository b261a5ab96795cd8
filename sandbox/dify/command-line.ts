/** The stand-in's flags. */
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { exitCodes, TuneError } from '../../tuner/errors.ts';
import type { Component } from './kubernetes/pod-source.ts';

export interface CommandLine {
  readonly worldFile: string;
  /** The cluster whose pods are followed, or how many pods there are without one. */
  readonly pods:
    | { readonly kubeconfig: string; readonly namespace: string; readonly release: string }
    | { readonly counts: Readonly<Record<Component, number>> };
  /** null: the queues are kept in this process. */
  readonly redisUrl: string | null;
  /** 0: any free port. */
  readonly port: number;
  readonly externalMetricsPort: number;
  /** Where the ports are written once everything serves; null: nowhere. */
  readonly readyFile: string | null;
  /** For tests, never for the tuner; null: nowhere. */
  readonly truthFile: string | null;
}

export const usage = `node sandbox/dify/main.ts --world FILE (--kubeconfig FILE | --static-pods api=2,worker=1)
  --namespace dify --release my-dify   where the pods are (these are the defaults)
  --redis redis://127.0.0.1:PORT       queues there, in database 1; without it, in this process
  --port 0 --external-metrics-port 0   0: any free port
  --ready-file FILE                    {"httpPort","externalMetricsPort","pid"}, written once everything serves
  --truth FILE                         what really happens, a JSON line a second; beside the ready file if not said
`;

/** @throws TuneError BAD_FLAGS */
export function readCommandLine(args: readonly string[]): CommandLine {
  const values = parse(args);
  const { world, kubeconfig, 'ready-file': readyFile } = values;
  const counts = values['static-pods'];
  if (world === undefined) throw badFlags('--world is missing');
  if ((kubeconfig === undefined) === (counts === undefined)) {
    throw badFlags('one of --kubeconfig and --static-pods is needed');
  }
  return {
    worldFile: world,
    pods:
      kubeconfig === undefined
        ? { counts: readCounts(counts ?? '') }
        : { kubeconfig, namespace: values.namespace, release: values.release },
    redisUrl: values.redis ?? null,
    port: readPort('--port', values.port),
    externalMetricsPort: readPort('--external-metrics-port', values['external-metrics-port']),
    readyFile: readyFile ?? null,
    truthFile: values.truth ?? (readyFile === undefined ? null : join(dirname(readyFile), 'truth.ndjson')),
  };
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        world: text,
        kubeconfig: text,
        namespace: { ...text, default: 'dify' },
        release: { ...text, default: 'my-dify' },
        'static-pods': text,
        redis: text,
        port: { ...text, default: '0' },
        'external-metrics-port': { ...text, default: '0' },
        'ready-file': text,
        truth: text,
      },
    }).values;
  } catch (error) {
    throw badFlags(error instanceof Error ? error.message : String(error));
  }
}

function readPort(flag: string, text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw badFlags(`${flag} ${text} is no port: a whole number from 0 to 65535`);
}

function readCounts(text: string): Record<Component, number> {
  const counts = { api: 0, worker: 0 };
  for (const pair of text.split(',')) {
    const match = /^(api|worker)=(\d+)$/.exec(pair);
    if (!match) throw badFlags(`--static-pods ${text} is not like api=2,worker=1`);
    counts[match[1] as Component] = Number(match[2]);
  }
  return counts;
}

function badFlags(message: string): TuneError {
  return new TuneError({
    code: 'BAD_FLAGS',
    message,
    why: 'the stand-in Dify cannot start without it',
    next: usage,
    exitCode: exitCodes.usage,
  });
}
