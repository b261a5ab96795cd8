import { expect, it } from 'vitest';
import { bundleScript, mixedProgram } from './bundle-script.ts';

it('makes one script of the scenarios, with what k6 calls and no import but of k6 itself', async () => {
  const script = await bundleScript(mixedProgram);
  const imported = [...script.matchAll(/from "([^"]+)"/g)].map(([, name]) => name);
  expect(imported.filter((name) => !/^k6($|\/)/.test(name ?? ''))).toEqual([]);
  const exported = /export \{([^}]*)\}/.exec(script)?.[1] ?? '';
  for (const name of ['options', 'chat', 'workflow', 'indexing', 'teardown']) {
    expect(exported.split(',').map((each) => each.trim())).toContain(name);
  }
});
