import { isSame } from './same-outcome.ts';
import type { SearchOptions, Trial, Tried } from './search.ts';
import type { SearchSpace } from './search-space.ts';

/** What was found out about one setting by moving it alone. */
export interface Sweep {
  /** Values tried with everything else as proposed, ascending. */
  readonly tried: readonly { readonly value: number; readonly tried: Tried }[];
  /** Neighbouring values whose outcome cannot be told from the proposed one's; null where none was tried. */
  readonly flatRegion: { readonly low: number; readonly high: number } | null;
}

/** Moves each setting alone along its values, up and down until the outcome differs, and to the one in force. */
export async function sweepSettings(
  space: SearchSpace,
  trial: Trial,
  settled: Tried,
  options: Pick<SearchOptions, 'allowedMinutes' | 'replications'>,
): Promise<Sweep[]> {
  const walks = space.dimensions.flatMap((_, index) => [
    createWalk(space, settled, index, -1),
    createWalk(space, settled, index, 1),
  ]);
  for (let open = walks; open.length > 0; open = open.filter(({ next }) => next !== null)) {
    const steps = open.flatMap((walk) => (walk.next === null ? [] : [{ walk, value: walk.next }]));
    const tried = await trial.try(
      steps.map(({ walk, value }) => settled.candidate.with(walk.index, value)),
      options.replications,
    );
    for (const [place, { walk, value }] of steps.entries()) {
      const outcome = tried[place] ?? settled;
      const ratio = space.dimensions[walk.index]?.plan.sameCostRatio;
      walk.step(value, outcome, isSame(outcome, settled, options.allowedMinutes, ratio));
    }
  }
  const inForce = await tryInForce(space, trial, settled, options);
  return space.dimensions.map((_, index) => sweepOf(index, settled, walks, inForce));
}

type Outcome = Sweep['tried'][number];

interface Walk {
  readonly index: number;
  /** null: it has come to its end. */
  next: number | null;
  readonly tried: Outcome[];
  /** The last value whose outcome is the same. */
  flatTo: number;
  readonly step: (value: number, outcome: Tried, isFlat: boolean) => void;
}

/** What differs is walked past by one value more, so that the reason can say what that would lead to. */
const valuesPastTheRegion = 1;

function createWalk({ dimensions }: SearchSpace, settled: Tried, index: number, direction: -1 | 1): Walk {
  const values = dimensions[index]?.plan.values ?? [];
  const own = settled.candidate[index] ?? Number.NaN;
  let at = values.indexOf(own);
  let left = valuesPastTheRegion;
  const after = () => (at < 0 ? null : (values[at + direction] ?? null));
  const walk: Walk = {
    index,
    next: after(),
    tried: [],
    flatTo: own,
    step(value, tried, isFlat) {
      walk.tried.push({ value, tried });
      if (!isFlat) left--;
      else if (left === valuesPastTheRegion) walk.flatTo = value;
      at += direction;
      walk.next = left > 0 ? after() : null;
    },
  };
  return walk;
}

async function tryInForce(
  { dimensions }: SearchSpace,
  trial: Trial,
  settled: Tried,
  { replications }: Pick<SearchOptions, 'replications'>,
): Promise<Map<number, Outcome>> {
  const wanted = dimensions.flatMap(({ plan }, index) =>
    plan.currentValue === null ? [] : [{ index, value: plan.currentValue }],
  );
  const tried = await trial.try(
    wanted.map(({ index, value }) => settled.candidate.with(index, value)),
    replications,
  );
  return new Map(wanted.map(({ index, value }, place) => [index, { value, tried: tried[place] ?? settled }]));
}

function sweepOf(
  index: number,
  settled: Tried,
  walks: readonly Walk[],
  inForce: Map<number, Outcome>,
): Sweep {
  const own = walks.filter((walk) => walk.index === index);
  const values = new Map<number, Tried>([[settled.candidate[index] ?? Number.NaN, settled]]);
  for (const { value, tried } of own.flatMap(({ tried }) => tried)) values.set(value, tried);
  const current = inForce.get(index);
  if (current !== undefined) values.set(current.value, current.tried);
  const tried = [...values].map(([value, one]) => ({ value, tried: one })).sort((a, b) => a.value - b.value);
  const ends = own.map(({ flatTo }) => flatTo);
  return {
    tried,
    flatRegion: tried.length < 2 ? null : { low: Math.min(...ends), high: Math.max(...ends) },
  };
}
