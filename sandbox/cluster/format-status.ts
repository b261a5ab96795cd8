import type { SandboxStatus } from './sandbox-status.ts';

/** The status as people read it: what runs, then what the cluster says. */
export function formatStatus(status: SandboxStatus): string {
  return [headline(status), '', componentTable(status), '', ...clusterLines(status)].join('\n');
}

function headline({ name, state, url, world, upSeconds, endedBecause }: SandboxStatus): string {
  const parts = [`sandbox "${name}" is ${state}`];
  if (url !== null && state === 'up') parts.push(url);
  if (upSeconds !== null) parts.push(`was up in ${upSeconds.toFixed(1)} s`);
  if (endedBecause !== null) parts.push(endedBecause);
  return `${parts.join(', ')}\nworld ${world}`;
}

function componentTable({ components }: SandboxStatus): string {
  const total = components.reduce((sum, { memoryBytes }) => sum + (memoryBytes ?? 0), 0);
  return table([
    ['COMPONENT', 'PID', 'PORT', 'STATE', 'MEMORY'],
    ...components.map(({ component, pid, port, state, memoryBytes }) => [
      component,
      String(pid),
      port === null ? '-' : String(port),
      state,
      memoryBytes === null ? '-' : mebibytes(memoryBytes),
    ]),
    ['together', '', '', '', mebibytes(total)],
  ]);
}

function clusterLines({ deployments, hpas, clusterError }: SandboxStatus): string[] {
  if (deployments === null || hpas === null) return [`cluster: not asked, ${clusterError}`];
  const replicas = deployments.map(({ name, replicas, readyReplicas }) => [
    name,
    `${readyReplicas}/${replicas}`,
  ]);
  const autoscalers = hpas.map((hpa) => [
    hpa.name,
    `${hpa.minReplicas}-${hpa.maxReplicas}`,
    String(hpa.currentReplicas),
    String(hpa.desiredReplicas),
    hpa.metrics.join(', '),
  ]);
  return [
    table([['DEPLOYMENT', 'READY'], ...replicas]),
    '',
    autoscalers.length === 0
      ? 'no HPA: the world has none'
      : table([['HPA', 'RANGE', 'CURRENT', 'DESIRED', 'METRICS'], ...autoscalers]),
  ];
}

/** Columns as wide as their widest cell, two blanks between. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1_048_576)} MiB`;
}
