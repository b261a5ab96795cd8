/** Runs on their way from the API into the queue: how many, and how long they had been under way by then. */
export interface Handover {
  count: number;
  /** Sums over them: of the delay, and of its square, seconds. */
  delays: number;
  squares: number;
}

export function createHandover(): Handover {
  return { count: 0, delays: 0, squares: 0 };
}

export function clearHandover(handover: Handover): void {
  handover.count = 0;
  handover.delays = 0;
  handover.squares = 0;
}

export function handOver(handover: Handover, count: number, mean: number, deviation: number): void {
  handover.count += count;
  handover.delays += count * mean;
  handover.squares += count * (mean * mean + deviation * deviation);
}

export function addHandover(to: Handover, { count, delays, squares }: Handover): void {
  to.count += count;
  to.delays += delays;
  to.squares += squares;
}

export function meanDelay({ count, delays }: Handover): number {
  return count > 0 ? delays / count : 0;
}

/** Standard deviation of the delays, among pods and on each. */
export function deviationOfDelay(handover: Handover): number {
  const mean = meanDelay(handover);
  return handover.count > 0 ? Math.sqrt(Math.max(0, handover.squares / handover.count - mean * mean)) : 0;
}
