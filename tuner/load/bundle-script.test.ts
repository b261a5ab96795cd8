import { expect, it } from 'vitest';
import { bundleScript, mixedProgram, type ScenarioPart } from './bundle-script.ts';

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
  const small = await bundleScript(mixedProgram, ['callback', 'environment', 'indexing']);
  expect(small.length).toBeLessThan(whole.length * 0.6);
  expect(small).toContain('this script was made without callback, environment, indexing');
  // Of each part, a word that stands nowhere else.
  const words: Record<ScenarioPart, string> = {
    callback: 'inter_token_gap_ms',
    environment: 'TUNE_DURATION',
    indexing: 'create-by-text',
  };
  for (const [part, word] of Object.entries(words)) {
    expect(whole, part).toContain(word);
    expect(small, part).not.toContain(word);
    expect(await bundleScript(mixedProgram, [part as ScenarioPart]), part).not.toContain(word);
  }
});
