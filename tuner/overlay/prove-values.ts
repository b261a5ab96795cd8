import { exitCodes, TuneError } from '../errors.ts';
import type { ValueSetting } from './borispolonsky.ts';
import { differences, type Manifests } from './manifests.ts';
import type { RenderChart } from './render-chart.ts';
import { type Values, valuesTree } from './values-document.ts';

export interface ProvedValues {
  /** Rendered with the overlay on top. */
  readonly after: Manifests;
  /** Per setting, in the order given: the fields that differ without it. */
  readonly changes: readonly (readonly string[])[];
  /** Fields that differ between two renderings of the same values: passwords a chart makes up, their checksums. */
  readonly restless: ReadonlySet<string>;
}

export interface BeforeOverlay {
  readonly inForce: Values;
  /** Rendered with the values in force. */
  readonly before: Manifests;
  /** The chart's own values.yaml, to say what it reads where a key has no effect. */
  readonly chartValues: Values;
}

/**
 * Shows for each key that the chart renders something else without it.
 *
 * One key is left out at a time, the others stay: most keys mean something only beside others
 * (minReplicas beside enabled).
 *
 * @throws TuneError VALUES_KEY_IGNORED naming every key without effect
 */
export async function proveValues(
  settings: readonly ValueSetting[],
  render: RenderChart,
  { before, inForce, chartValues }: BeforeOverlay,
): Promise<ProvedValues> {
  const restless = new Set(differences(before, await render(inForce)));
  const after = await render(inForce, valuesTree(settings));
  const changes = await Promise.all(
    settings.map(async (setting) => {
      const others = valuesTree(settings.filter((other) => other !== setting));
      return differences(await render(inForce, others), after).filter((field) => !restless.has(field));
    }),
  );
  const ignored = settings.filter((_, index) => changes[index]?.length === 0);
  if (ignored.length > 0) throw keysIgnored(ignored, chartValues);
  return { after, changes, restless };
}

function keysIgnored(settings: readonly ValueSetting[], chartValues: Values): TuneError {
  const keys = settings.map(({ path }) => path.join('.'));
  return new TuneError({
    code: 'VALUES_KEY_IGNORED',
    message: `${keys.join(', ')}: without effect in this chart`,
    why: 'helm template writes the same manifests with and without; the chart would ignore the setting without a word',
    next: `${[...new Set(settings.map(({ path }) => whatIsRead(path, chartValues)))].join('; ')}. Is this the chart of the release (--chart), and are these its values (--values)?`,
    exitCode: exitCodes.usage,
  });
}

/** The keys that the chart's values.yaml has at the deepest level the path shares with it. */
function whatIsRead(path: readonly string[], chartValues: Values): string {
  let level: Values = chartValues;
  const shared: string[] = [];
  for (const key of path.slice(0, -1)) {
    const next = level[key];
    if (typeof next !== 'object' || next === null || Array.isArray(next)) break;
    level = next as Values;
    shared.push(key);
  }
  const where = shared.length === 0 ? 'at the top' : `under ${shared.join('.')}`;
  const keys = Object.keys(level);
  return keys.length === 0
    ? `${where} the chart’s values.yaml has no keys`
    : `${where} the chart reads: ${keys.join(', ')}`;
}
