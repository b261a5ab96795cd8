import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { targetSchema } from '../contracts/config.ts';
import { TuneError } from '../errors.ts';
import { findProfile, findTarget, readConfig } from './read-config.ts';

function folderWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'tune-config-'));
  writeFileSync(join(folder, 'tune.yaml'), text);
  return folder;
}

function errorOf(action: () => unknown): TuneError {
  try {
    action();
  } catch (error) {
    if (error instanceof TuneError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const staging = `targets:
  staging:
    kubeconfig: kube/config
    context: staging
    namespace: dify
    release: my-dify
    url: https://dify.staging.example.com
    testable: true
    apps:
      chat: { key: { env: DIFY_CHAT_KEY } }
`;

describe('readConfig', () => {
  it('has defaults where there is no file', () => {
    const config = readConfig(undefined, mkdtempSync(join(tmpdir(), 'tune-config-')));
    expect(config.file).toBeNull();
    expect(config.objectives).toEqual({ timeToFirstTokenP95: 3, queueWaitP95: 5, errorRatio: 0.01 });
    expect(config.caps.maxDuration).toBe(3600);
  });

  it('reads a target and resolves its kubeconfig beside the file', () => {
    const folder = folderWith(staging);
    const target = findTarget(readConfig(undefined, folder), 'staging');
    expect(target.kubeconfig).toBe(join(folder, 'kube/config'));
    expect(target.redis).toBeUndefined();
    expect(target.apps.chat?.key).toEqual({ env: 'DIFY_CHAT_KEY' });
  });

  it('reports every mistake at once, each with its line and the nearest spelling', () => {
    const folder = folderWith(`targets:
  staging:
    namespce: dify
    release: my-dify
    url: ftp://x
    chart: helm
objectives:
  timeToFirstTokenP95: 3
caps:
  maxReplicas: 0
`);
    const error = errorOf(() => readConfig(undefined, folder));
    expect(error).toMatchObject({ code: 'BAD_CONFIG', exitCode: 2 });
    const file = join(folder, 'tune.yaml');
    expect(error.message).toContain(
      `${file}:3: targets.staging.namespce: unknown key "namespce"; did you mean "namespace"?`,
    );
    expect(error.message).toContain(`${file}:2: targets.staging.namespace:`);
    expect(error.message).toContain(`${file}:5: targets.staging.url:`);
    expect(error.message).toContain(`${file}:6: targets.staging.chart: allowed: borispolonsky`);
    expect(error.message).toContain(`${file}:8: objectives.timeToFirstTokenP95:`);
    expect(error.message).toContain(`${file}:10: caps.maxReplicas:`);
    expect(error.message).toContain('has 6 mistakes');
  });

  it('says what is wrong with a bad duration', () => {
    const folder = folderWith('caps: { maxDuration: ten minutes }\n');
    expect(errorOf(() => readConfig(undefined, folder)).message).toContain(
      '"ten minutes" is no duration; write',
    );
  });

  it.each([
    {
      name: 'a number without a unit',
      yaml: 'caps: { maxDuration: 3 }',
      says: '3 is no duration; write a number with a unit, such as 90s',
    },
    {
      name: 'a missing key',
      yaml: 'targets: { a: { namespace: x, url: "http://x" } }',
      says: 'targets.a.release: is missing; it must be a text',
    },
    {
      name: 'a text for a truth value',
      yaml: 'targets: { a: { namespace: x, release: r, url: "http://x", testable: "yes" } }',
      says: 'must be true or false, and is the text "yes"',
    },
    {
      name: 'a URL without a scheme',
      yaml: 'targets: { a: { namespace: x, release: r, url: dify.example.com } }',
      says: 'the text "dify.example.com" is no URL of the kind wanted here; write it with its scheme',
    },
    {
      name: 'a number that is too small',
      yaml: 'demand: { growthRatio: -1 }',
      says: 'must be above 0, and is -1',
    },
    { name: 'a fraction', yaml: 'caps: { maxReplicas: 1.5 }', says: 'must be a whole number, and is 1.5' },
    {
      name: 'an empty text',
      yaml: 'targets: { a: { namespace: "", release: r, url: "http://x" } }',
      says: 'must be a text of at least 1 characters, and is an empty text',
    },
    { name: 'a list for a group', yaml: 'caps: [1]', says: 'caps: must be a group of keys, and is a list' },
    {
      name: 'a key source that is none',
      yaml: 'targets: { a: { namespace: x, release: r, url: "http://x", apps: { chat: { key: app-123 } } } }',
      says: 'targets.a.apps.chat.key: must be a group of keys, and is the text "***"',
    },
  ])('says in plain words what is wrong with $name', ({ yaml, says }) => {
    expect(errorOf(() => readConfig(undefined, folderWith(`${yaml}\n`))).message).toContain(says);
  });

  it('shows no key or password that stands where it should not', () => {
    const yaml =
      'targets: { a: { namespace: x, release: r, url: "x://u:pass-1@h", redis: { url: pass-2 }, apps: { chat: { key: app-123 } } } }';
    expect(errorOf(() => readConfig(undefined, folderWith(`${yaml}\n`))).message).not.toMatch(
      /app-123|pass-/,
    );
  });

  it('names the line of broken YAML', () => {
    const folder = folderWith('targets:\n  a: [1, 2\nb: }\n');
    const error = errorOf(() => readConfig(undefined, folder));
    expect(error).toMatchObject({ code: 'BAD_YAML', exitCode: 2 });
    expect(error.message).toMatch(/tune\.yaml:\d+: /);
  });

  it('keeps the name of the sandbox for itself', () => {
    const folder = folderWith(staging.replace('staging:', 'sandbox:'));
    expect(errorOf(() => readConfig(undefined, folder)).code).toBe('RESERVED_TARGET');
  });
});

describe('profiles of tune.yaml', () => {
  it('may name a shape, and every mistake in one has its line and the nearest spelling', () => {
    const folder = folderWith(`profiles:
  spikes:
    mix: { chat: 1, indexng: 1 }
    shape:
      spike: { baseArrivalPerSecond: 2, peakArrivalsPerSecond: 9, before: 60, duration: 0s, after: 5m }
  none:
    mix: { chat: 1 }
  both:
    mix: { chat: 1 }
    shape: { constant: { arrivalsPerSecond: 1, duration: 1m } }
    startArrivalsPerSecond: 1
    stages: [{ duration: 1m, arrivalsPerSecond: 1 }]
  two:
    mix: { chat: 1 }
    shape: { constant: { arrivalsPerSecond: 1, duration: 1m }, steps: { arrivalsPerSecond: [1], stepDuration: 1m } }
  users:
    mix: { chat: 1 }
    shape: { constant: { arrivalsPerSecond: 1, duration: 1m } }
    chat: { turns: 0, stop: { share: 2, by: hangup } }
`);
    const { message } = errorOf(() => readConfig(undefined, folder));
    const file = join(folder, 'tune.yaml');
    for (const text of [
      ':3: profiles.spikes.mix.indexng: unknown key "indexng"; did you mean "indexing"?',
      ':5: profiles.spikes.shape.spike.baseArrivalPerSecond: unknown key "baseArrivalPerSecond"; did you mean "baseArrivalsPerSecond"?',
      ':5: profiles.spikes.shape.spike.before: 60 is no duration',
      ':5: profiles.spikes.shape.spike.duration: must be longer than 0s',
      ':6: profiles.none.shape: is missing: write a shape, or startArrivalsPerSecond and stages',
      ':12: profiles.both.stages: stand beside shape',
      ':15: profiles.two.shape: write exactly one shape: constant, ramp, steps, spike, diurnal, replay',
      ':19: profiles.users.chat.turns: must be at least 1',
      ':19: profiles.users.chat.stop.share: must be at most 1',
      ':19: profiles.users.chat.stop.by: did you mean "hangUp"?',
    ]) {
      expect(message).toContain(`${file}${text}`);
    }
  });

  it('names files relative to the file that it stands in', () => {
    const text = `mix: { chat: 1 }
shape: { replay: { traceFile: traces/a.csv } }
chat: { promptFile: p.txt }
workflow: { dataFile: /data/rows.csv }
`;
    const folder = folderWith(`profiles:\n  a:\n${text.replace(/^/gm, '    ')}`);
    writeFileSync(join(folder, 'own.yaml'), text);
    const config = readConfig(undefined, folder);
    for (const profile of [
      findProfile(config, 'a', '/'),
      findProfile(config, join(folder, 'own.yaml'), '/'),
    ]) {
      expect(profile).toMatchObject({
        shape: { replay: { traceFile: join(folder, 'traces', 'a.csv') } },
        chat: { promptFile: join(folder, 'p.txt') },
        workflow: { dataFile: '/data/rows.csv' },
      });
    }
  });
});

describe('findTarget and findProfile', () => {
  const config = readConfig(undefined, folderWith(staging));

  it('offers the nearest target', () => {
    const error = errorOf(() => findTarget(config, 'stagin'));
    expect(error).toMatchObject({ code: 'UNKNOWN_TARGET', exitCode: 2 });
    expect(error.next).toContain('did you mean "staging"?');
  });

  it('offers the nearest profile', () => {
    expect(errorOf(() => findProfile(config, 'quik', '/')).next).toContain('did you mean "quick"?');
  });

  it('reads a profile from a file, durations in seconds', () => {
    const folder = folderWith('');
    const file = join(folder, 'p.yaml');
    writeFileSync(
      file,
      'mix: { chat: 1 }\nstartArrivalsPerSecond: 1\nstages:\n  - { duration: 1m30s, arrivalsPerSecond: 4 }\n',
    );
    expect(findProfile(config, file, '/')).toMatchObject({
      stages: [{ duration: 90, arrivalsPerSecond: 4 }],
      mix: { chat: 1, workflow: 0, indexing: 0 },
      requestTimeout: 120,
    });
  });

  it("says every mistake of a target's runners at once", () => {
    const folder = folderWith(`${staging}    load:
      runner: jobs
      paralelism: 3
      image: k6:1
      namespace: Dify_Load
      resources: { requests: { cpu: two, memory: 1Gi } }
      spread: rack
      readyTimeout: 5
  other:
    namespace: dify
    release: my-dify
    url: https://x
    load:
      runner: job
      parallelism: 4
`);
    const { code, message } = errorOf(() => readConfig(undefined, folder));
    expect(code).toBe('BAD_CONFIG');
    const lines = message.split('\n').map((line) => line.replace(/^.*tune\.yaml:/, ''));
    expect(lines.slice(1)).toEqual([
      expect.stringMatching(
        /^12: targets\.staging\.load\.runner: .*did you mean "job"\?.*allowed: local, job, k6-operator/i,
      ),
      expect.stringMatching(/^13: targets\.staging\.load\.paralelism: unknown key .*parallelism/),
      expect.stringMatching(/^15: targets\.staging\.load\.namespace: no name of a namespace/),
      expect.stringMatching(/^16: targets\.staging\.load\.resources\.requests\.cpu: "two" is no quantity/),
      expect.stringMatching(/^17: targets\.staging\.load\.spread: .*allowed: nodes, zones, none/),
      expect.stringMatching(/^18: targets\.staging\.load\.readyTimeout: /),
      expect.stringMatching(/^23: targets\.other\.load(\.image)?: runner: job needs an image/),
    ]);
  });

  it('takes a target as it was written to run.json for the same target', () => {
    const folder = folderWith(
      `${staging}    load: { runner: job, parallelism: 4, image: k6:1, readyTimeout: 90s, resources: { limits: { cpu: 2 } } }\n`,
    );
    const target = findTarget(readConfig(undefined, folder), 'staging');
    expect(targetSchema.parse(JSON.parse(JSON.stringify(target)))).toEqual(target);
  });
});
