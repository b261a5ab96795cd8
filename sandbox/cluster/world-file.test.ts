import { describe, expect, it } from 'vitest';
import { resolveWorldFile, worldNames } from './world-file.ts';

describe('naming a world', () => {
  it('finds each that comes along by its name', () => {
    expect(worldNames()).toEqual(
      expect.arrayContaining(['comfortable', 'cpu-bound', 'slots-and-queue-bound']),
    );
    for (const name of worldNames())
      expect(resolveWorldFile(name)).toMatch(new RegExp(`/worlds/${name}\\.yaml$`));
  });

  it('suggests the nearest when there is none of that name', () => {
    expect(() => resolveWorldFile('cpu-bond')).toThrow(
      expect.objectContaining({
        code: 'UNKNOWN_WORLD',
        exitCode: 2,
        message: 'no world is named "cpu-bond"',
        next: expect.stringContaining('did you mean "cpu-bound"?'),
      }),
    );
  });

  it('takes what looks like a path for one, and says which file is not there', () => {
    expect(() => resolveWorldFile('/nowhere/my-world.yaml')).toThrow(
      'there is no world file /nowhere/my-world.yaml',
    );
  });
});
