import { describe, expect, it } from 'vitest';
import type { Evidence } from '../contracts/evidence.ts';
import { type CaveatFacts, caveatsOf } from './caveats.ts';
import { comfortable, syntheticEvidence } from './fixtures/synthetic-evidence.ts';

function caveats(change: (evidence: Evidence) => Partial<Evidence>): string[] {
  const evidence = syntheticEvidence(comfortable);
  const facts = {
    evidence: { ...evidence, ...change(evidence) },
    model: { classes: [] },
    demand: { rates: {}, durationSeconds: 0 },
    contexts: [],
    assumptions: [],
    meetsObjectives: true,
  } as unknown as CaveatFacts;
  return caveatsOf(facts);
}

describe('caveatsOf', () => {
  it('says that documents were indexed, what they cost, and that the model knows nothing of it', () => {
    const found = caveats(({ components }) => {
      const { api, worker } = components;
      if (!api || !worker) throw new Error('the fixture has both');
      const estimate = { low: 1, high: 2, confidenceLevel: 0.95, method: 'x', sampleCount: 9 };
      const of = (component: typeof api, value: number) => ({
        ...component,
        cpuMillisecondsPerRequest: {
          ...component.cpuMillisecondsPerRequest,
          indexing: { ...estimate, value },
        },
      });
      return {
        indexing: { documents: 120, timeToIndexedMs: null },
        components: { api: of(api, 53), worker: of(worker, 141) },
      };
    });
    expect(found.filter((text) => text.includes('documents were indexed'))).toEqual([
      '120 documents were indexed during the run, and the model does not simulate indexing: its CPU (per document: 53 ms on api, 141 ms on worker) is kept out of what chat and workflow cost, and nothing proposed here leaves room for it or for the worker slots that it takes.',
    ]);
  });

  it('says of a web front end that it is left as it is, and that pages can be stated', () => {
    const { api: web } = syntheticEvidence(comfortable).components;
    const found = caveats(({ components }) => ({ components: { ...components, ...(web && { web }) } }));
    expect(found.filter((text) => text.startsWith('web is left as it is'))).toEqual([
      'web is left as it is: the load calls the Service API, which does not pass it, so no setting of it can be judged by this run. With pages stated (web under the target in tune.yaml), tune simulate shows what an HPA does.',
    ]);
    expect(caveats(() => ({})).filter((text) => text.includes('web'))).toEqual([]);
  });

  it('says nothing of it where no document was', () => {
    for (const indexing of [null, undefined]) {
      const found = caveats(() => (indexing === undefined ? {} : { indexing }));
      expect(found.filter((text) => text.includes('indexed'))).toEqual([]);
    }
  });
});
