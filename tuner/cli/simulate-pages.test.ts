import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cpuBound, cpuHpa, syntheticEvidence } from '../advise/fixtures/synthetic-evidence.ts';
import type { Evidence } from '../contracts/evidence.ts';
import { TuneError } from '../errors.ts';
import { syntheticRun } from './fixtures/synthetic-run.ts';
import type { SimulateFlags } from './simulate.ts';
import { simulateRun } from './simulate-run.ts';
import { simulationText } from './simulation-text.ts';

const folder = mkdtempSync(join(tmpdir(), 'simulate-pages-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = { ...syntheticRun, targetName: 'staging' };

function withWeb(evidence: Evidence): Evidence {
  const { api } = evidence.components;
  if (api === undefined) throw new Error('the evidence has no api');
  const web = {
    ...api,
    deployment: 'my-dify-web',
    hpaName: 'my-dify-web',
    hpaSpec: cpuHpa('my-dify-web', 1, 6, 60),
    ceilingMillicores: 1000,
    declaredSlotsPerReplica: null,
    slotsPerReplica: null,
    cpuMillisecondsPerRequest: {},
    serviceSeconds: {},
    binding: 'none' as const,
  };
  return { ...evidence, components: { ...evidence.components, web } };
}

/** A run folder, and the folder above it to stand in. */
function recorded(evidence: Evidence, tuneYaml?: string): string {
  const place = mkdtempSync(join(folder, 'run-'));
  writeFileSync(join(place, 'run.json'), JSON.stringify(run));
  writeFileSync(join(place, 'evidence.json'), JSON.stringify(evidence));
  if (tuneYaml !== undefined) writeFileSync(join(place, 'tune.yaml'), tuneYaml);
  return place;
}

const evidence = syntheticEvidence(cpuBound);
const targetWith = (web: string) =>
  `targets:\n  staging:\n    namespace: dify\n    release: my-dify\n    url: https://dify.example.com\n    web: ${web}\n`;
const stated = targetWith('{ pagesPerChat: 4, cpuMillisecondsPerPage: 40 }');

function simulated(place: string, flags: Partial<SimulateFlags> = {}) {
  return simulateRun(place, { hpa: [], replications: 2, seed: 1, ...flags }, place);
}

describe('tune simulate with a web front end', () => {
  it('simulates the pages that tune.yaml states, and draws their latency beside replicas and CPU', async () => {
    const place = recorded(withWeb(evidence), stated);
    const result = await simulated(place);
    const { pages, timeline, assumptions } = result;
    expect(pages?.opened).toBeGreaterThan(1000);
    expect(pages?.firstByteP95Seconds).toBeGreaterThan(0.04);
    expect(Math.max(...(timeline.cpuUsageRatio.web?.values ?? []).map(Number))).toBeGreaterThan(0.3);
    expect(assumptions.join('\n')).toContain(
      `4 pages a chat with 40 ms of CPU each (targets.staging.web in ${join(place, 'tune.yaml')})`,
    );
    const text = simulationText(result, 100);
    for (const part of [
      'web: Ready replicas',
      'web: CPU used',
      'web: first byte of a page p95, ms',
      '(no objective)',
    ]) {
      expect(text).toContain(part);
    }
    expect(JSON.parse(JSON.stringify(pages))).toMatchObject({
      failed: 0,
      firstByteP95Ms: { stepSeconds: 60 },
    });
  });

  it('leaves chats, workflows and what they miss as they were', async () => {
    const web = withWeb(evidence);
    const before = await simulated(recorded(web));
    const after = await simulated(recorded(web, stated));
    const { web: _, ...others } = after.outcome.replicaHours;
    const { web: __, ...othersBefore } = before.outcome.replicaHours;
    expect(others).toEqual(othersBefore);
    expect(after.timeline.timeToFirstTokenP95Ms).toEqual(before.timeline.timeToFirstTokenP95Ms);
    expect(after.outcome.sloViolatedMinutes).toEqual(before.outcome.sloViolatedMinutes);
    expect(after.outcome.errorRatio).toBe(before.outcome.errorRatio);
  });

  it('answers for another HPA of web: more replicas from the start make pages faster', async () => {
    const place = recorded(withWeb(evidence), stated);
    const hpa = join(place, 'web.yaml');
    writeFileSync(
      hpa,
      'apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: { name: web }\nspec: { scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: my-dify-web }, minReplicas: 4, maxReplicas: 6 }\n',
    );
    const now = (await simulated(place)).pages?.firstByteP95Seconds ?? 0;
    expect((await simulated(place, { hpa: [hpa] })).pages?.firstByteP95Seconds).toBeLessThan(now);
  });

  it('takes the pages that were stated when the run was made, unless tune.yaml says others now', async () => {
    const web = withWeb({
      ...evidence,
      webPages: { pagesPerChat: 1, cpuMillisecondsPerPage: 20, source: 'targets.staging.web then' },
    });
    expect((await simulated(recorded(web))).pages?.stated.pagesPerChat).toBe(1);
    expect((await simulated(recorded(web, stated))).pages?.stated.pagesPerChat).toBe(4);
  });

  it('lets web idle where nothing is stated, and says how to state it', async () => {
    const { pages, timeline, assumptions } = await simulated(recorded(withWeb(evidence)));
    expect(pages).toBeNull();
    expect(new Set(timeline.replicas.web?.values)).toEqual(new Set([1]));
    expect(assumptions.join('\n')).toContain('no page traffic is known');
    expect(assumptions.join('\n')).toContain('web: { pagesPerChat: 1.5, cpuMillisecondsPerPage: 40 }');
  });

  it('says so where pages are stated a chat, and the demand has no chats', async () => {
    const place = recorded(withWeb(evidence), stated);
    const demand = join(place, 'runs-alone.yaml');
    writeFileSync(
      demand,
      'mix: { workflow: 1 }\nshape: { constant: { arrivalsPerSecond: 1, duration: 2m } }\n',
    );
    const { pages, assumptions } = await simulated(place, { demand });
    expect(pages).toMatchObject({ opened: 0, failed: 0, firstByteP95Seconds: null });
    expect(assumptions.join('\n')).toContain('the demand has no chats: no page was opened');
  });

  it('says so where pages are stated and no web was recorded', async () => {
    const { pages, assumptions } = await simulated(recorded(evidence, stated));
    expect(pages).toBeNull();
    expect(assumptions.join('\n')).toContain('no Deployment of web was recorded');
  });

  it.each([
    {
      web: '{ pagesPerChat: -1, cpuMillisecondsPerPage: 40 }',
      says: ':6: targets.staging.web.pagesPerChat: must be',
    },
    { web: '{ pagesPerChat: 1.5 }', says: ':6: targets.staging.web.cpuMillisecondsPerPage: is missing' },
    {
      web: '{ pagesPerChat: 1.5, cpuMillisecondsPerPages: 40, cpuMillisecondsPerPage: 40 }',
      says: ':6: targets.staging.web.cpuMillisecondsPerPages: unknown key "cpuMillisecondsPerPages"; did you mean',
    },
    {
      web: '{ pagesPerChat: 1.5, cpuMillisecondsPerPage: 40ms }',
      says: 'cpuMillisecondsPerPage: must be a number',
    },
    { web: '{ pagesPerChat: 1.5, cpuMillisecondsPerPage: 40000 }', says: 'must be at most 10000' },
    { web: '{ pagesPerChat: .nan, cpuMillisecondsPerPage: 40 }', says: 'targets.staging.web.pagesPerChat' },
  ])('refuses web: $web by file, line and key', async ({ web, says }) => {
    const place = recorded(withWeb(evidence), targetWith(web));
    const error: unknown = await simulated(place).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TuneError);
    expect(error).toMatchObject({ code: 'BAD_CONFIG', exitCode: 2 });
    expect((error as TuneError).message).toContain(`${join(place, 'tune.yaml')}`);
    expect((error as TuneError).message).toContain(says);
  });
});
