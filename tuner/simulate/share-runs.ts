import type { Back, BackSecond } from './back.ts';
import { noiseMask } from './noise.ts';
import { spreadArrivals } from './spread-arrivals.ts';
import type { WorkerPods } from './worker-pods.ts';

/** Whoever has a slot takes a run. */
export function shareOut({ pods }: Back, own: WorkerPods, runs: number, room: number): void {
  for (let index = 0; index < pods.readyCount; index++) {
    const place = pods.ready[index] as number;
    own.wanted[place] = room > 0 ? runs * ((own.room[place] as number) / room) : 0;
  }
}

const drawsPerSecond = 29;

/** While slots are free, a run goes to any of the pods. */
export function castLots(
  { pods }: Back,
  own: WorkerPods,
  runs: number,
  { noise, atSeconds }: BackSecond,
): void {
  own.wanted.fill(0);
  const whole = Math.floor(runs);
  const at = Math.imul(atSeconds, drawsPerSecond) + 20_011;
  spreadArrivals(pods, own.wanted, whole, { noise, at });
  const luck = noise.uniform[(at + whole) & noiseMask] as number;
  const place = pods.ready[(luck * pods.readyCount) | 0] as number;
  own.wanted[place] = (own.wanted[place] as number) + runs - whole;
}

export function startScarce({ pods }: Back, own: WorkerPods, started: number, room: number): number {
  for (let index = 0; index < pods.readyCount; index++) {
    const place = pods.ready[index] as number;
    own.started[place] = room > 0 ? (own.room[place] as number) * (started / room) : 0;
  }
  return started;
}

/** Runs whose pod has no slot for them go to those that have. */
export function startByLot({ pods }: Back, own: WorkerPods, available: number, room: number): number {
  let started = 0;
  for (let index = 0; index < pods.readyCount; index++) {
    const place = pods.ready[index] as number;
    const begun = Math.min(own.wanted[place] as number, own.room[place] as number);
    own.started[place] = begun;
    started += begun;
  }
  const spare = room - started;
  const share = spare > 0 ? Math.min(1, Math.max(0, available - started) / spare) : 0;
  if (share === 0) return started;
  for (let index = 0; index < pods.readyCount; index++) {
    const place = pods.ready[index] as number;
    const begun = own.started[place] as number;
    own.started[place] = begun + share * ((own.room[place] as number) - begun);
  }
  return started + share * spare;
}
