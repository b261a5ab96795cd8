import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSetUpWorld, type SetUpWorld } from './testing/set-up-world.ts';
import { toolPaths } from './tool-paths.ts';

describe('toolPaths', () => {
  let world: SetUpWorld;
  beforeEach(() => {
    world = createSetUpWorld();
    vi.stubEnv('TUNE_CACHE', world.cache);
    vi.stubEnv('TUNE_REDIS', 'embedded');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    world.remove();
  });

  it('names every missing tool and the command that gets it', async () => {
    await expect(toolPaths()).rejects.toMatchObject({
      code: 'TOOLS_MISSING',
      message: expect.stringMatching(/^not set up: kube-apiserver \S+, .*redis-server \S+, manifests/),
      next: 'run `scripts/setup`',
      exitCode: 2,
    });
  });

  it('says where set-up put everything, and that the server in Redis’ place is an embedded one', async () => {
    await world.run();
    const { redisServer, ...paths } = await toolPaths();
    expect(redisServer).toEqual({ path: expect.stringMatching(/embedded-redis$/), flavour: 'embedded' });
    expect(Object.keys(paths)).toHaveLength(13);
    for (const path of [...Object.values(paths), redisServer.path]) expect(existsSync(path), path).toBe(true);
  });
});
