import { describe, expect, it } from 'vitest';
import { evidenceSchema } from '../contracts/evidence.ts';
import { deriveEvidence } from './derive-evidence.ts';
import { generateRecording, type Truth } from './fixtures/generated-recording.ts';

const slotBound: Truth = {
  replicas: 2,
  slots: 10,
  serviceSeconds: 2.5,
  firstTokenSeconds: 0.6,
  cpuMillisecondsPerRequest: 60,
  idleMillicores: 20,
  limitMillicores: 1000,
  stepSeconds: 60,
  rates: [1, 3, 5, 7, 10, 3],
};

describe('deriveEvidence on a generated recording', () => {
  it('finds the connection slots that fill up while the CPU idles', async () => {
    const evidence = deriveEvidence(await generateRecording(slotBound, 1));
    expect(evidenceSchema.safeParse(evidence).error).toBeUndefined();
    const api = evidence.components.api;
    expect(api?.binding).toBe('connectionSlots');
    // Truth: 10 slots a replica. Random choice leaves some of them empty while the other replica's queue waits.
    expect(api?.slotsPerReplica?.value).toBeGreaterThan(7.5);
    expect(api?.slotsPerReplica?.value).toBeLessThan(11);
    expect(api?.declaredSlotsPerReplica).toBe(10);
  });

  it('learns of web what its pods use, and neither a lag nor a limit, as no request passes it', async () => {
    const recording = await generateRecording(slotBound, 1);
    const ofWeb = recording.samples.map((sample) => {
      if (sample.type === 'usage') {
        const idle = { cpuMillicores: 3 + (sample.atSeconds % 2), memoryBytes: 2e8 };
        return {
          ...sample,
          component: 'web',
          pods: sample.pods.map((pod) => ({ ...pod, containers: { web: idle } })),
        };
      }
      return { ...sample, component: 'web' };
    }) as typeof recording.samples;
    const alone = deriveEvidence(recording);
    const evidence = deriveEvidence({ ...recording, samples: [...recording.samples, ...ofWeb] });
    expect(evidence.components.api).toEqual(alone.components.api);
    expect(evidence.components.web).toMatchObject({
      usageLagSeconds: null,
      binding: 'none',
      bindingBecause: 'no chat or workflow request of the load passes it',
    });
    expect(evidence.components.web?.idleMillicores?.value).toBeCloseTo(3.5, 0);
    const told = evidence.unknowns.map(({ what }) => what).filter((what) => what.startsWith('web'));
    expect(told).toEqual(['web: seconds from pod creation to Ready']);
  });

  it('keeps the pages that are stated for web, with who says so', async () => {
    const webPages = { pagesPerChat: 1.5, cpuMillisecondsPerPage: 40, source: 'targets.staging.web' };
    const evidence = deriveEvidence({ ...(await generateRecording(slotBound, 1)), webPages });
    expect(evidenceSchema.parse(evidence).webPages).toEqual(webPages);
  });

  it('keeps when the clients of the run gave up, the most patient where they differ', async () => {
    const recording = await generateRecording(slotBound, 1);
    const [planned] = recording.plan.scenarios;
    if (planned === undefined) throw new Error('the plan has a scenario');
    const scenarios = [30, 300].map((requestTimeoutSeconds) => ({ ...planned, requestTimeoutSeconds }));
    const evidence = deriveEvidence({ ...recording, plan: { ...recording.plan, scenarios } });
    expect(evidenceSchema.parse(evidence).requestTimeoutSeconds).toBe(300);
  });

  it('finds CPU per request and idle CPU within their intervals', async () => {
    const api = deriveEvidence(await generateRecording(slotBound, 2)).components.api;
    const cost = api?.cpuMillisecondsPerRequest.chat;
    expect(cost?.value).toBeGreaterThan(54);
    expect(cost?.value).toBeLessThan(66);
    expect(cost?.low).toBeLessThanOrEqual(cost?.value ?? 0);
    expect(api?.idleMillicores?.value).toBeGreaterThan(0);
    expect(api?.idleMillicores?.value).toBeLessThan(40);
  });

  it('finds CPU per request where most requests wait: only those that are served use any', async () => {
    // Truth: 60 ms; 8 requests a second are served, of which up to 12 come.
    const overloaded = { ...slotBound, rates: [1, 3, 12, 12, 12, 1] };
    const api = deriveEvidence(await generateRecording(overloaded, 8)).components.api;
    const cost = api?.cpuMillisecondsPerRequest.chat;
    expect(cost?.value).toBeGreaterThan(55);
    expect(cost?.value).toBeLessThan(65);
    expect(api?.idleMillicores?.value).toBeGreaterThan(10);
    expect(api?.idleMillicores?.value).toBeLessThan(30);
  });

  it('keeps what indexing costs out of the cost of chat, and shows its calls beside those of apps', async () => {
    const indexing = { rates: [0, 2, 0, 3, 1, 2], cpuMillisecondsPerDocument: 150, secondsEach: 2 };
    const evidence = deriveEvidence(await generateRecording({ ...slotBound, indexing }, 2));
    expect(evidenceSchema.safeParse(evidence).error).toBeUndefined();
    const cost = evidence.components.api?.cpuMillisecondsPerRequest;
    // Truth: 60 and 150. Were documents not told apart, their 480 × 150 ms would be put down to some 1,700 chats.
    expect(cost?.chat?.value).toBeGreaterThan(54);
    expect(cost?.chat?.value).toBeLessThan(66);
    expect(cost?.indexing?.value).toBeGreaterThan(130);
    expect(cost?.indexing?.value).toBeLessThan(170);
    expect(Object.keys(evidence.routes)).toEqual(['chat']);
    expect(Object.keys(evidence.arrivals)).toEqual(['chat']);
    expect(evidence.outcomes.map(({ requestClass }) => requestClass)).toEqual(['chat']);
    // 60 s at 2 + 3 + 1 + 2 documents a second, each indexed after 2 s.
    expect(evidence.indexing?.documents).toBe(480);
    expect(evidence.indexing?.timeToIndexedMs?.p50).toBeGreaterThan(1980);
    expect(evidence.indexing?.timeToIndexedMs?.p50).toBeLessThan(2020);
    expect(evidence.otherCalls).toEqual([
      { requestClass: 'indexing', endpoint: 'create-by-text', outcome: 'ok', count: 480 },
      { requestClass: 'indexing', endpoint: 'indexing', outcome: 'ok', count: 480 },
      { requestClass: 'indexing', endpoint: 'delete-document', outcome: 'ok', count: 480 },
    ]);
  });

  it('says that a load without documents held none', async () => {
    const evidence = deriveEvidence(await generateRecording(slotBound, 2));
    expect(evidence.indexing).toBeNull();
    expect(evidence.otherCalls).toEqual([]);
  });

  it('finds the time a slot is held when nothing waits', async () => {
    const held = deriveEvidence(await generateRecording(slotBound, 3)).components.api?.serviceSeconds.chat;
    // Truth: 2.5 s ± 20 %, uniform.
    expect(held?.p50).toBeGreaterThan(2.35);
    expect(held?.p50).toBeLessThan(2.7);
  });

  it('finds what the first token takes when nothing waits, in a run that was overloaded for most of its time', async () => {
    const overloaded = { ...slotBound, rates: [1, 12, 12, 12, 12, 12] };
    const { latency } = deriveEvidence(await generateRecording(overloaded, 7));
    // Truth: 0.6 s after the start, and 1 arrival/s at 20 slots waits for none.
    expect(latency.chat?.undisturbed?.timeToFirstTokenMs?.p95).toBeGreaterThan(590);
    expect(latency.chat?.undisturbed?.timeToFirstTokenMs?.p95).toBeLessThan(620);
    expect(latency.chat?.timeToFirstTokenMs?.p95).toBeGreaterThan(3000);
  });

  it('names no binding where nothing waited, and says that it is unknown', async () => {
    const evidence = deriveEvidence(await generateRecording({ ...slotBound, rates: [1, 2, 3, 2] }, 4));
    const api = evidence.components.api;
    expect(api?.binding).toBe('none');
    expect(api?.slotsPerReplica).toBeNull();
    expect(evidence.unknowns.map(({ what }) => what)).toContain('api: throughput of one full replica');
  });

  it('calls a replica CPU-bound that waits at its CPU limit', async () => {
    // 200 ms a request at 5 requests per second and replica are the 1,000 millicores that it may use.
    const truth = { ...slotBound, slots: 13, cpuMillisecondsPerRequest: 200, rates: [1, 3, 6, 12, 13, 3] };
    const api = deriveEvidence(await generateRecording(truth, 5)).components.api;
    expect(api?.binding).toBe('cpu');
    expect(api?.slotsPerReplica).toBeNull();
  });

  it('keeps arrivals, outcomes and the stretches of the plan', async () => {
    const evidence = deriveEvidence(await generateRecording(slotBound, 6));
    const arrivals = evidence.arrivals.chat?.values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
    // 60 s × (1 + 3 + 5 + 7 + 10 + 3) expected, Poisson: standard deviation 42.
    expect(arrivals).toBeGreaterThan(1740 - 170);
    expect(arrivals).toBeLessThan(1740 + 170);
    expect(evidence.outcomes).toEqual([
      { requestClass: 'chat', endpoint: 'chat-messages', outcome: 'ok', count: arrivals },
    ]);
    expect(evidence.components.api?.steps.map(({ fromSeconds }) => fromSeconds)).toEqual([
      0, 60, 120, 180, 240, 300,
    ]);
  });
});
