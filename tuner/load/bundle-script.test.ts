import { expect, it } from 'vitest';
import { bundleScript, mixedProgram, type ScenarioPart, unneededParts } from './bundle-script.ts';

it('makes one script of the scenarios, with what k6 calls and no import but of k6 itself', async () => {
  const script = await bundleScript(mixedProgram);
  const imported = [...script.matchAll(/from "([^"]+)"/g)].map(([, name]) => name);
  expect(imported.filter((name) => !/^k6($|\/)/.test(name ?? ''))).toEqual([]);
  const exported = /export \{([^}]*)\}/.exec(script)?.[1] ?? '';
  for (const name of ['options', 'chat', 'workflow', 'indexing', 'teardown']) {
    expect(exported.split(',').map((each) => each.trim())).toContain(name);
  }
});

it('leaves out what a load does not need, and says so where it is called all the same', async () => {
  const whole = await bundleScript(mixedProgram);
  const all = Object.keys(words) as ScenarioPart[];
  const small = await bundleScript(mixedProgram, all);
  expect(small.length).toBeLessThan(whole.length * 0.6);
  expect(small).toContain(`this script was made without ${all.join(', ')}`);
  for (const part of all) {
    expect(whole, part).toContain(words[part]);
    expect(small, part).not.toContain(words[part]);
    expect(await bundleScript(mixedProgram, [part]), part).not.toContain(words[part]);
  }
});

/** Of each part, a word that stands nowhere else. */
const words: Record<ScenarioPart, string> = {
  callback: 'inter_token_gap_ms',
  environment: 'TUNE_DURATION',
  indexing: 'create-by-text',
  chat: 'chat-messages-next',
  workflow: 'workflows-run',
  stop: 'stopCall',
};

it('keeps what the scenarios of a plan run', () => {
  const stop = { share: 1, afterTokens: 5, by: 'stopCall' } as const;
  expect(unneededParts([{ kind: 'chat' }, { kind: 'indexing', stop }])).toEqual([
    'callback',
    'environment',
    'workflow',
  ]);
  expect(unneededParts([{ kind: 'workflow' }])).toEqual([
    'callback',
    'environment',
    'chat',
    'indexing',
    'stop',
  ]);
});

it('makes what only the first context of k6 calls when it is called', async () => {
  const script = await bundleScript(mixedProgram);
  const functions = [...script.matchAll(/^function (\w+)/gm)].map(([, name]) => name);
  expect(functions).toContain('k6Options');
  expect(functions).toContain('dataRows');
  // Of k6-options.ts and of data-rows.ts, below the one that is called.
  expect(script).toContain('function replayStages');
  expect(functions).not.toContain('replayStages');
  expect(script).toContain('function csvRows');
  expect(functions).not.toContain('csvRows');
});
