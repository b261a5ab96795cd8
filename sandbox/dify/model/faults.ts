import type { Fault } from '../../worlds/fault.ts';
import type { Scheduler } from './scheduler.ts';

type FaultKind = Fault['kind'];
type FaultOf<K extends FaultKind> = Extract<Fault, { kind: K }>;

/** Which of the world's faults hold now. Their clock starts with the first chat or run, as the world file says. */
export class Faults {
  readonly #scheduler: Scheduler;
  readonly #faults: readonly Fault[];
  #startedAtMs: number | undefined;

  constructor(scheduler: Scheduler, faults: readonly Fault[]) {
    this.#scheduler = scheduler;
    this.#faults = faults;
  }

  /** Called for each chat and run; only the first one counts. */
  startClock(): void {
    this.#startedAtMs ??= this.#scheduler.now();
  }

  /** The faults of one kind that hold now, in the order of the file. */
  active<K extends FaultKind>(kind: K): FaultOf<K>[] {
    if (this.#faults.length === 0 || this.#startedAtMs === undefined) return [];
    const atSeconds = (this.#scheduler.now() - this.#startedAtMs) / 1000;
    return this.#faults.filter(
      (fault): fault is FaultOf<K> =>
        fault.kind === kind && atSeconds >= fault.atSeconds && atSeconds < fault.atSeconds + fault.forSeconds,
    );
  }

  /** Times the CPU that work of a component needs now, ≥ 1 unless a fault says less. */
  cpuSlowdown(component: FaultOf<'cpu-slow'>['component']): number {
    return this.active('cpu-slow')
      .filter((fault) => fault.component === component)
      .reduce((product, fault) => product * fault.factor, 1);
  }
}
