import { join } from 'node:path';
import { buildUnit } from './build-unit.ts';
import { isWholeEntry } from './cache-entry.ts';
import { withLock } from './lock.ts';
import { copyManifests } from './manifests.ts';
import { takeRedisPackages } from './redis-packages.ts';
import { choose, notSetUp, type Search } from './search.ts';
import { mayUse, type SetupContext } from './setup-context.ts';
import { takePathOffer } from './take-path-offer.ts';
import { takeCachedRelease, takeRelease } from './take-release.ts';
import { type ToolName, tools } from './tools.ts';
import { type Unit, unitKey, units } from './units.ts';

/**
 * Gets every named tool: from PATH, from the cache, from its publisher, or built, in this order.
 *
 * @returns the failures, one for each unit that could not be had in any way; all others are in place
 */
export async function provideTools(names: readonly ToolName[], context: SetupContext): Promise<unknown[]> {
  const byUnit = Map.groupBy(names, (name): Unit => tools[name].unit);
  const work = [...byUnit].map(([unit, members]) => provideUnit(unit, members, context));
  const results = await Promise.allSettled(work);
  return results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
}

async function provideUnit(unit: Unit, names: readonly ToolName[], context: SetupContext): Promise<void> {
  const searches = names.map(
    (name): Search => ({ name, tool: tools[name], offeredOnPath: null, reasons: [] }),
  );
  const unmet = await withoutTaken(searches, (search) => takePathOffer(search, context));
  if (unmet.length === 0) return;
  const lock = join(context.cache, 'locks', `${unit.name}-${unitKey(unit)}.lock`);
  const onWait = ({ pid }: { pid: number }) =>
    context.progress.note(`${unit.name}: waiting for another set-up that is at it (process ${pid})`);
  await withLock(lock, () => fetchOrBuild(unit, unmet, context), { onWait, signal: context.signal });
}

async function fetchOrBuild(unit: Unit, searches: readonly Search[], context: SetupContext): Promise<void> {
  const folder = join(context.cache, 'tools', unit.name, unitKey(unit));
  const uncached = await withoutTaken(searches, (search) => takeCached(search, folder, context));
  const unmet = await withoutTaken(uncached, (search) => takeRelease(search, context));
  const [first] = unmet;
  if (first === undefined) return;
  if (!mayUse('build', first.name, context)) throw notSetUp(unmet);
  await build(unit, folder, context).catch((error: unknown) => {
    context.signal.throwIfAborted();
    throw notSetUp(unmet, error);
  });
  for (const search of unmet) await chooseBuilt(search, folder, context);
}

/** Redis is the exception: the real one out of packages goes before an embedded one that is already built. */
async function takeCached(search: Search, folder: string, context: SetupContext): Promise<boolean> {
  if (search.name === 'redisServer' && (await takeRedisPackages(search, context))) return true;
  if (await takeCachedRelease(search, context)) return true;
  if (!isWholeEntry(folder) || !mayUse('build', search.name, context)) return false;
  await chooseBuilt(search, folder, context);
  return true;
}

async function chooseBuilt(search: Search, folder: string, context: SetupContext): Promise<void> {
  const { unit, builtAs, name, version } = search.tool;
  const file = unit === units.manifests ? folder : join(folder, builtAs ?? name);
  await choose(search, { file, source: 'build', version }, context);
}

function build(unit: Unit, folder: string, context: SetupContext): Promise<void> {
  return unit === units.manifests ? copyManifests(unit, folder, context) : buildUnit(unit, folder, context);
}

/** Tries one way for all at the same time. @returns those it did not do for */
async function withoutTaken(searches: readonly Search[], take: (search: Search) => Promise<boolean>) {
  const taken = await Promise.all(searches.map(take));
  return searches.filter((_, index) => taken[index] === false);
}
