import type { ClusterSample } from '../../tuner/contracts/cluster-sample.ts';
import type { LoadPlan } from '../../tuner/contracts/load-plan.ts';
import type { Run } from '../../tuner/contracts/run.ts';
import { deriveEvidence } from '../../tuner/derive/derive-evidence.ts';
import { readLoad } from '../../tuner/derive/read-load.ts';
import { readLines } from '../../tuner/journal/read-ndjson.ts';
import type { Soak } from './make-soak.ts';

/**
 * A process of its own, so that its memory can be told: reads the recording named by its first argument into evidence and
 * prints the seconds that took, the most memory it held, and what came out.
 */
const [path = '', description = '{}'] = process.argv.slice(2);
const soak = JSON.parse(description) as Soak;
const began = performance.now();
const load = await readLoad(readLines(path), soak.startAt, path);
const readSeconds = (performance.now() - began) / 1_000;
const evidence = deriveEvidence({
  run: runOf(soak),
  plan: planOf(soak),
  load,
  samples: [...clusterSamples(soak)],
  events: [],
  postgresMaxConnections: null,
});
process.stdout.write(
  `${JSON.stringify({
    readSeconds,
    seconds: (performance.now() - began) / 1_000,
    memoryBytes: process.resourceUsage().maxRSS * 1024,
    requests: evidence.outcomes.reduce((sum, { count }) => sum + count, 0),
    firstTokens: evidence.latency.chat?.timeToFirstTokenMs?.count ?? 0,
  })}\n`,
);

function planOf({ seed, seconds, arrivalsPerSecond }: Soak): LoadPlan {
  const scenario = (name: 'chat' | 'workflow') => ({
    name,
    kind: name,
    responseMode: 'streaming' as const,
    startArrivalsPerSecond: arrivalsPerSecond[name],
    stages: [{ durationSeconds: seconds, arrivalsPerSecond: arrivalsPerSecond[name] }],
    preAllocatedVUs: 100,
    maxVUs: 1_000,
    gracefulStopSeconds: 30,
    requestTimeoutSeconds: 60,
    inputs: {},
    promptTokens: 40,
    promptSuffix: '',
  });
  return {
    schemaVersion: 1,
    seed,
    baseUrl: 'http://127.0.0.1/v1',
    scenarios: [scenario('chat'), scenario('workflow')],
  };
}

function runOf({ startAt, seconds }: Soak): Run {
  return {
    schemaVersion: 1,
    id: 'soak',
    versions: { tune: '0.0.0', k6: null, kubernetes: '1.37.2', chart: null, dify: null },
    targetName: 'soak',
    target: {},
    profileName: 'soak',
    profile: {},
    objectives: { timeToFirstTokenP95Seconds: 3, queueWaitP95Seconds: 5, errorRatio: 0.01 },
    clockSkewSeconds: 0,
    startAt,
    endAt: null,
    loadStartSeconds: 0,
    loadEndSeconds: seconds,
    ended: 'complete',
    endedBecause: null,
  };
}

/** What derive wants beside the load, as often as it is sampled; the cluster's own file is not what is measured here. */
function* clusterSamples({ seconds }: Soak): Generator<ClusterSample> {
  const windowSeconds = 15;
  for (const component of ['api', 'worker'] as const) {
    for (let at = 0; at < seconds; at += windowSeconds) {
      yield {
        type: 'scale',
        atSeconds: at,
        component,
        deployment: `my-dify-${component}`,
        specReplicas: 3,
        statusReplicas: 3,
        readyReplicas: 3,
        observedGeneration: 1,
        resourceVersion: '1',
      };
      const pods = ['a', 'b', 'c'].map((pod) => ({
        name: `${component}-${pod}`,
        timestampAtSeconds: at,
        windowSeconds,
        containers: { [component]: { cpuMillicores: 400 + (at % 97), memoryBytes: 5e8 } },
      }));
      yield { type: 'usage', atSeconds: at + 2, previousReadAtSeconds: at, component, pods };
    }
    const resources = {
      requestedMillicores: 500,
      requestedMemoryBytes: null,
      limitMillicores: 1000,
      limitMemoryBytes: null,
    };
    yield {
      type: 'template',
      atSeconds: -1,
      component,
      image: 'langgenius/dify-api:1.13.0',
      terminationGracePeriodSeconds: 30,
      containers: [{ name: component, ...resources, env: {} }],
    };
  }
}
