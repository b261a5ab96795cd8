import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { didYouMean } from '../config/nearest-name.ts';
import type { SecretSource } from '../contracts/config.ts';
import { type ExitCode, exitCodes, TuneError } from '../errors.ts';
import { ApiError } from './api-error.ts';
import type { Cluster } from './cluster.ts';
import { explainApiError } from './explain-api-error.ts';

const secretSchema = z.looseObject({ data: z.record(z.string(), z.string()).default({}) });

/**
 * The value behind a secret source, trimmed. It goes into no error, log or file.
 *
 * @param what the config key it stands under, for the error: `apps.chat.key`
 * @param cluster needed for a Secret only
 * @throws TuneError NO_SECRET
 */
export async function readSecret(
  source: SecretSource,
  what: string,
  cluster: Pick<Cluster, 'api' | 'namespace'> | null,
): Promise<string> {
  if ('env' in source) return fromEnvironment(source.env, what);
  if ('file' in source) return fromFile(source.file, what);
  if (cluster === null) throw new Error(`${what} lies in a Secret and no cluster was opened`);
  return fromCluster(source.secret, what, cluster);
}

function fromEnvironment(name: string, what: string): string {
  const value = process.env[name]?.trim() ?? '';
  if (value !== '') return value;
  throw noSecret(what, {
    message: `the environment variable ${name} is ${name in process.env ? 'empty' : 'not set'}`,
    next: `export ${name}=… in the shell that runs tune, or read it from a file or a Secret`,
  });
}

async function fromFile(path: string, what: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw noSecret(what, {
      message: `cannot read the file ${path} (${cause.code ?? 'unknown'})`,
      next: 'correct the path or the permissions',
    });
  });
  if (text.trim() !== '') return text.trim();
  throw noSecret(what, { message: `the file ${path} is empty`, next: 'write the value into it' });
}

async function fromCluster(
  { name, key }: { name: string; key: string },
  what: string,
  { api, namespace }: Pick<Cluster, 'api' | 'namespace'>,
): Promise<string> {
  const answer = await api.get(`/api/v1/namespaces/${namespace}/secrets/${name}`).catch((thrown: unknown) => {
    if (!(thrown instanceof ApiError) || thrown.status !== 404) {
      throw explainApiError(thrown, api, `read Secret ${namespace}/${name}`);
    }
    throw noSecret(what, {
      message: `there is no Secret ${name} in namespace ${namespace}`,
      next: `kubectl -n ${namespace} create secret generic ${name} --from-file=${key}=FILE`,
      exitCode: exitCodes.unreachable,
    });
  });
  const { data } = secretSchema.parse(answer);
  const value = Buffer.from(data[key] ?? '', 'base64')
    .toString('utf8')
    .trim();
  if (value !== '') return value;
  const keys = Object.keys(data);
  throw noSecret(what, {
    message: `Secret ${namespace}/${name} has no value under "${key}"`,
    next: `${didYouMean(key, keys)}it has: ${keys.join(', ') || 'no keys'}`,
    exitCode: exitCodes.unreachable,
  });
}

function noSecret(what: string, fields: { message: string; next: string; exitCode?: ExitCode }): TuneError {
  return new TuneError({
    code: 'NO_SECRET',
    message: fields.message,
    why: `the target reads \`${what}\` from there`,
    next: fields.next,
    exitCode: fields.exitCode ?? exitCodes.usage,
  });
}
