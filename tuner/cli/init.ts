import { existsSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { defaultConfigFile } from '../config/default-config-file.ts';
import { exitCodes, TuneError } from '../errors.ts';

const template = `# Settings of tune. Every key is optional but a target's namespace, release and url.
targets:
  staging:
    # kubeconfig: ~/.kube/config       # KUBECONFIG or ~/.kube/config where left out
    context: staging                   # the current context where left out
    namespace: dify
    release: my-dify                   # the Helm release: Deployments are <release>-api, <release>-worker
    url: https://dify.staging.example.com
    testable: false                    # true allows load; the namespace needs the annotation tune.dify.ai/testable=true as well
    apps:                              # keys come from the environment, a file or a Secret, never from here
      chat: { key: { env: DIFY_CHAT_KEY } }
      workflow:
        key: { secret: { name: dify-load-keys, key: workflow } }
        inputs: { question: "{prompt}" }     # {column}: a value of the profile's dataFile
      # indexing: { key: { env: DIFY_KNOWLEDGE_KEY }, datasetId: 00000000-0000-0000-0000-000000000000 }
    redis: { url: { env: DIFY_REDIS_URL } }
    queueMetric: { name: dify_workflow_queue_depth }
    # web: { pagesPerChat: 1.5, cpuMillisecondsPerPage: 40 }   # pages that tune simulate opens, docs/simulator.md
    # load: { runner: job, parallelism: 4, image: registry.example.com/tune-k6:1 }   # from pods, docs/runners.md

objectives:
  timeToFirstTokenP95: 3s
  queueWaitP95: 5s
  errorRatio: 0.01

caps:
  maxArrivalsPerSecond: 50
  maxDuration: 1h
  maxReplicas: 20

# Load besides the built-in profiles quick, standard and thorough: tune load --target staging --profile launch
profiles:
  launch:
    mix: { chat: 3, workflow: 1 }      # and indexing, where apps.indexing is set
    shape:                             # constant, ramp, steps, spike, diurnal or replay (docs/profiles.md)
      spike: { baseArrivalsPerSecond: 2, peakArrivalsPerSecond: 14, before: 3m, duration: 1m, after: 5m }
    chat: { turns: 3, thinkTime: 10s }
    # arrivalSpacing: even             # equal distances; random where left out, as users come
    # workflow: { dataFile: questions.csv }
  # a-recorded-hour:
  #   mix: { chat: 1 }
  #   shape: { replay: { traceFile: traces/conversations.csv, speedup: 2 } }
`;

export function registerInit(program: Command): void {
  program
    .command('init')
    .description(`write a first ${defaultConfigFile} to fill in`)
    .addHelpText('after', '\nExamples:\n  tune init\n  tune init && $EDITOR tune.yaml')
    .action(() => {
      const file = resolve(defaultConfigFile);
      if (existsSync(file)) throw fileExists(file);
      writeFileSync(file, template);
      process.stdout.write(`${file}\n`);
    });
}

function fileExists(file: string): TuneError {
  return new TuneError({
    code: 'FILE_EXISTS',
    message: `${file} is there already`,
    why: 'writing a new one would lose your settings',
    next: `edit ${file}, or move it away and run tune init again`,
    exitCode: exitCodes.usage,
  });
}
