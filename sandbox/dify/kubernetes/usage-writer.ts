/** Writes what the pods use where kwok's metrics look for it: two annotations on each pod. */
import type { KubeApi } from '../../cluster/kube-api.ts';
import type { PodUsage } from '../model/pod-usage.ts';

/** Patches under way at once: a hundred pods must not stall an API server that shares two cores. */
const mostAtOnce = 4;

export interface UsageWriterOptions {
  readonly api: KubeApi;
  readonly namespace: string;
  readonly periodSeconds: number;
  /** Usage of every running pod over the period that ends now. */
  readonly measure: () => PodUsage[];
  readonly log: (line: string) => void;
}

/** Writes every period until the returned function is called. A round that takes longer delays the next one. */
export function startUsageWriter(options: UsageWriterOptions): () => void {
  const written = new Map<string, string>();
  const stopping = new AbortController();
  const rounds = async () => {
    const startedAtMs = Date.now();
    await writeRound(options, written, stopping.signal);
    if (stopping.signal.aborted) return;
    const leftMs = options.periodSeconds * 1000 - (Date.now() - startedAtMs);
    timer = setTimeout(rounds, Math.max(leftMs, 0));
  };
  let timer = setTimeout(rounds, options.periodSeconds * 1000);
  return () => {
    stopping.abort();
    clearTimeout(timer);
  };
}

async function writeRound(
  options: UsageWriterOptions,
  written: Map<string, string>,
  signal: AbortSignal,
): Promise<void> {
  const usages = options.measure();
  const names = new Set(usages.map(({ name }) => name));
  for (const name of written.keys()) if (!names.has(name)) written.delete(name);
  const changed = usages.filter((usage) => written.get(usage.name) !== textOf(usage));
  const writeNext = async (): Promise<void> => {
    const usage = changed.shift();
    if (!usage || signal.aborted) return;
    await write(options, usage, signal).then(
      () => written.set(usage.name, textOf(usage)),
      // Gone between measuring and writing, most of the time.
      (error: unknown) => signal.aborted || options.log(`usage of ${usage.name}: ${String(error)}`),
    );
    await writeNext();
  };
  await Promise.all(Array.from({ length: mostAtOnce }, writeNext));
}

async function write(
  { api, namespace }: UsageWriterOptions,
  usage: PodUsage,
  signal: AbortSignal,
): Promise<void> {
  const annotations = {
    'kwok.x-k8s.io/usage-cpu': `${usage.cpuMillicores}m`,
    'kwok.x-k8s.io/usage-memory': `${Math.round(usage.memoryBytes / 1024 ** 2)}Mi`,
  };
  await api.patch(
    `/api/v1/namespaces/${namespace}/pods/${usage.name}`,
    { metadata: { annotations } },
    signal,
  );
}

/** What would be written; equal texts are not written again. */
function textOf({ cpuMillicores, memoryBytes }: PodUsage): string {
  return `${cpuMillicores} ${Math.round(memoryBytes / 1024 ** 2)}`;
}
