import { describe, expect, it } from 'vitest';
import type { ReferenceCase, ReferenceRequest } from './reference-case.ts';
import { simulateRequests } from './reference-simulation.ts';

/** Without chance but for the moment within a second, and how much CPU it is. */
const request: ReferenceRequest = {
  cpuBefore: 0.1,
  cpuAfter: 0.1,
  serviceSeconds: 20,
  squaredVariation: 0,
  firstTokenMedian: 2,
  firstTokenSigma: 0,
};
const onePod = (slots: number) => ({
  replicas: 1,
  slots,
  processes: 1,
  speed: 1,
  requestedMillicores: 1000,
  readySeconds: [0, 0] as [number, number],
});
const base: Omit<ReferenceCase, 'chats' | 'runs'> = {
  seed: 1,
  durationSeconds: 80,
  api: onePod(10),
  worker: onePod(1),
  chat: request,
  run: { ...request, relayCpuSeconds: 0.1 },
  web: null,
  scaling: null,
};
const each = (counts: Readonly<Record<number, number>>) =>
  Array.from({ length: base.durationSeconds }, (_, second) => counts[second] ?? 0);
const none = each({});

function simulateChats(chats: number[], changes: Partial<ReferenceCase>) {
  return simulateRequests({ ...base, ...changes, chats, runs: none });
}

/** The first second whose end sees fewer slots taken than the second before. */
const freedAt = (held: readonly number[]) => held.findIndex((count, at) => count < (held[at - 1] ?? 0));
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe('clients of the reference that give up', () => {
  it('waits for ever where no patience is given', () => {
    const { samples, clients } = simulateChats(each({ 0: 1 }), {});
    expect(samples.map(({ outcome }) => outcome)).toEqual(['served']);
    expect(clients.slice(0, 22)).toEqual([...Array(20).fill(1), ...clients.slice(20, 22)]);
    expect(clients[25]).toBe(0);
  });

  it('is missed at the next token in the middle of an answer, and all of its CPU is spent', () => {
    const { samples, held, clients, apiBusyRatio } = simulateChats(each({ 0: 1 }), { patienceSeconds: 8 });
    expect(samples[0]).toMatchObject({ outcome: 'givenUp' });
    expect(samples[0]?.firstTokenSeconds).toBeCloseTo(2, 0);
    expect(freedAt(held)).toBe(8);
    expect(clients[7]).toBe(1);
    expect(clients[8]).toBe(0);
    const early = sum(apiBusyRatio.slice(0, 15));
    expect(early).toBeGreaterThan(0);
    // As much comes after the answer, which nobody reads any more.
    expect(sum(apiBusyRatio)).toBeCloseTo(2 * early);
  });

  it('is missed at a ping, 10 s after its request began, where the first token takes longer', () => {
    const silent = { ...request, firstTokenMedian: 17 };
    const { held, clients } = simulateChats(each({ 0: 1 }), { chat: silent, patienceSeconds: 3 });
    expect(clients[3]).toBe(0);
    expect(freedAt(held)).toBe(10);
  });

  it('leaves its request in the backlog, which holds a slot until its first token when its turn comes', () => {
    const { samples, held, apiBusyRatio } = simulateChats(each({ 0: 1, 1: 1 }), {
      api: onePod(1),
      patienceSeconds: 15,
    });
    expect(samples.map(({ outcome }) => outcome)).toEqual(['givenUp', 'givenUp']);
    // The first is missed at 15 s, the second begins then and gets to its first token at 17 s.
    expect(held.slice(0, 20).lastIndexOf(1)).toBe(16);
    expect(samples[1]?.firstTokenSeconds).toBeNull();
    expect(sum(apiBusyRatio)).toBeGreaterThan(0.3);
  });

  it('costs the API no more than to accept it where it has left before its run is accepted', () => {
    const { runsDone, held, apiBusyRatio, samples } = simulateRequests({
      ...base,
      // The chat holds the only slot until its own client leaves.
      chats: each({ 0: 1 }),
      runs: each({ 1: 1 }),
      api: onePod(1),
      patienceSeconds: 14,
      chat: { ...request, cpuBefore: 0, cpuAfter: 0, firstTokenMedian: 16, serviceSeconds: 30 },
    });
    expect(runsDone).toBe(1);
    expect(held[17]).toBe(0);
    expect(sum(apiBusyRatio)).toBeLessThan(0.07);
    expect(samples.map(({ outcome }) => outcome)).toEqual(['givenUp', 'givenUp']);
  });

  it('frees its slot of the API at a ping while its run waits in the queue, which is worked off all the same', () => {
    const { held, queued, runsDone, samples } = simulateRequests({
      ...base,
      chats: none,
      runs: each({ 0: 1, 1: 1 }),
      patienceSeconds: 22,
    });
    expect(samples.map(({ outcome }) => outcome)).toEqual(['served', 'givenUp']);
    expect(runsDone).toBe(2);
    expect(queued[15]).toBe(1);
    // The second run begins at 20 s, which is before its client leaves; from its first token on it would be missed at once.
    expect(held[21]).toBe(1);
    expect(held[24]).toBe(0);
  });

  it('is missed 10, 20, … s after its run was handed over, as long as the run waits', () => {
    const { held } = simulateRequests({
      ...base,
      chats: none,
      runs: each({ 0: 1, 1: 1 }),
      patienceSeconds: 12,
    });
    // The first is missed in its answer at 12 s; the second is pinged at 11 s, when its client is there yet, and at 20 s begun.
    expect(held[13]).toBe(1);
    expect(held[19]).toBe(1);
    expect(held[21]).toBe(0);
  });
});
