import { existsSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { KubeConfig, type RequestContext } from '@kubernetes/client-node';
import { didYouMean } from '../config/nearest-name.ts';
import type { Target } from '../contracts/config.ts';
import { exitCodes, TuneError } from '../errors.ts';

/**
 * A KubeConfig that keeps one connection pool. The library's own makes a new one for every request, so each poll
 * would begin with a TLS handshake.
 */
export class PooledKubeConfig extends KubeConfig {
  #dispatcher: ReturnType<RequestContext['getDispatcher']>;

  override async applySecurityAuthentication(context: RequestContext): Promise<void> {
    await super.applySecurityAuthentication(context);
    this.#dispatcher ??= context.getDispatcher();
    if (this.#dispatcher !== undefined) context.setDispatcher(this.#dispatcher);
  }

  /** Credentials may have been renewed: the next request builds its pool, and its client certificate, afresh. */
  forgetConnections(): void {
    void this.#dispatcher?.destroy().catch(() => undefined);
    this.#dispatcher = undefined;
  }
}

/**
 * The kubeconfig a target names: its own file, else $KUBECONFIG, else ~/.kube/config, else the service account of the
 * pod this runs in. Never localhost:8080 by default.
 *
 * @throws TuneError NO_KUBECONFIG, BAD_KUBECONFIG, UNKNOWN_CONTEXT
 */
export function loadKubeconfig(target: Pick<Target, 'kubeconfig' | 'context'>): PooledKubeConfig {
  const config = new PooledKubeConfig();
  const files = kubeconfigFiles(target.kubeconfig);
  if (files.length === 0) config.loadFromCluster();
  for (const [index, file] of files.entries()) loadFile(config, file, index === 0);
  const from = files.length === 0 ? 'the service account of this pod' : files.join(delimiter);
  config.setCurrentContext(chooseContext(config, target.context, from));
  return checkCluster(config, from);
}

function kubeconfigFiles(named: string | undefined): string[] {
  if (named !== undefined) return [existing(named, 'the target names it under `kubeconfig`')];
  const fromEnvironment = (process.env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '');
  const present = fromEnvironment.filter((file) => existsSync(file));
  if (present.length > 0) return present;
  if (fromEnvironment.length > 0) return [existing(fromEnvironment.join(delimiter), '$KUBECONFIG names it')];
  const usual = join(homedir(), '.kube', 'config');
  if (existsSync(usual)) return [usual];
  if (process.env.KUBERNETES_SERVICE_HOST !== undefined) return [];
  return [existing(usual, 'the target names none and $KUBECONFIG is not set')];
}

function existing(file: string, why: string): string {
  if (existsSync(file) && statSync(file).isFile()) return file;
  throw new TuneError({
    code: 'NO_KUBECONFIG',
    message: `there is no kubeconfig ${file}`,
    why,
    next: 'write the path of your kubeconfig under `kubeconfig` of the target in tune.yaml, or set KUBECONFIG',
    exitCode: exitCodes.usage,
  });
}

function loadFile(config: PooledKubeConfig, file: string, isFirst: boolean): void {
  try {
    const loaded = isFirst ? config : new KubeConfig();
    // An empty or foreign YAML file makes the library fail on a missing property; say what it is instead.
    if (readFileSync(file, 'utf8').trim() === '') throw new Error('the file is empty');
    loaded.loadFromFile(file);
    if (!isFirst) config.mergeConfig(loaded, true);
  } catch (cause) {
    throw badKubeconfig(file, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function badKubeconfig(file: string, reason: string, cause?: unknown): TuneError {
  return new TuneError({
    code: 'BAD_KUBECONFIG',
    message: `cannot use the kubeconfig ${file}`,
    why: reason.split('\n')[0] ?? reason,
    next: `check it with \`kubectl config view --kubeconfig ${file}\``,
    exitCode: exitCodes.usage,
    cause,
  });
}

function chooseContext(config: KubeConfig, named: string | undefined, from: string): string {
  const names = config.getContexts().map(({ name }) => name);
  const wanted = named ?? config.getCurrentContext();
  if (wanted !== undefined && names.includes(wanted)) return wanted;
  throw new TuneError({
    code: 'UNKNOWN_CONTEXT',
    message:
      wanted === undefined ? `${from} has no current-context` : `there is no context "${wanted}" in ${from}`,
    why: `${didYouMean(wanted ?? '', names)}it knows: ${names.join(', ') || 'none'}`,
    next: 'write one of them under `context` of the target in tune.yaml',
    exitCode: exitCodes.usage,
  });
}

function checkCluster(config: PooledKubeConfig, from: string): PooledKubeConfig {
  const context = config.getCurrentContext();
  const cluster = config.getCurrentCluster();
  if (cluster === null || !URL.canParse(cluster.server)) {
    throw badKubeconfig(from, `context "${context}" names no cluster with a server URL`);
  }
  if (config.getCurrentUser() === null) throw badKubeconfig(from, `context "${context}" names no known user`);
  // The library refuses plain HTTP, where there is nothing to verify, unless verification is off.
  if (!cluster.server.startsWith('http:') || cluster.skipTLSVerify) return config;
  config.clusters = config.clusters.map((each) =>
    each.name === cluster.name ? { ...each, skipTLSVerify: true } : each,
  );
  return config;
}
