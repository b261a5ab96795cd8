import type { ClusterSample } from '../../tuner/contracts/cluster-sample.ts';
import type { LoadPlan } from '../../tuner/contracts/load-plan.ts';
import { deriveEvidence } from '../../tuner/derive/derive-evidence.ts';
import { completeRun, podTemplate, steadyScale } from '../../tuner/derive/fixtures/recording-opening.ts';
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
  run: completeRun('soak', soak),
  plan: planOf(soak),
  load,
  samples: [...clusterSamples(soak)],
  events: [],
  postgresMaxConnections: null,
  webPages: null,
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

/** What derive wants beside the load, as often as it is sampled; the cluster's own file is not what is measured here. */
function* clusterSamples({ seconds }: Soak): Generator<ClusterSample> {
  const windowSeconds = 15;
  for (const component of ['api', 'worker'] as const) {
    for (let at = 0; at < seconds; at += windowSeconds) {
      yield steadyScale(component, { atSeconds: at, replicas: 3 });
      const pods = ['a', 'b', 'c'].map((pod) => ({
        name: `${component}-${pod}`,
        timestampAtSeconds: at,
        windowSeconds,
        containers: { [component]: { cpuMillicores: 400 + (at % 97), memoryBytes: 5e8 } },
      }));
      yield { type: 'usage', atSeconds: at + 2, previousReadAtSeconds: at, component, pods };
    }
    yield podTemplate(component, { limitMillicores: 1000 });
  }
}
