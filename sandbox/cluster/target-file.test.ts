import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { targetSchema } from '../../tuner/contracts/config.ts';
import { sandboxPaths } from './sandbox-paths.ts';
import { writeTarget } from './target-file.ts';

const paths = sandboxPaths(mkdtempSync(join(tmpdir(), 'target-file-')));
const written = writeTarget(paths, {
  context: 'sandbox-test',
  url: 'http://127.0.0.1:4000',
  redisPort: 20_008,
  postgresMaxConnections: 100,
});

describe('target.json', () => {
  const text = readFileSync(paths.target, 'utf8');

  it('is a target as tune.yaml has them', () => {
    expect(targetSchema.parse(JSON.parse(text))).toEqual(written);
    expect(written).toMatchObject({
      namespace: 'dify',
      release: 'my-dify',
      testable: true,
      redis: { url: 'redis://127.0.0.1:20008' },
      queueMetric: { name: 'dify_workflow_queue_depth' },
    });
  });

  it('names files for the keys and holds none, and only their owner may read those', () => {
    expect(text).not.toContain('app-sandbox');
    const file = join(paths.keys, 'workflow');
    expect(written.apps.workflow?.key).toEqual({ file });
    expect(readFileSync(file, 'utf8').trim()).toBe('app-sandbox-workflow');
    expect(statSync(file).mode & 0o077).toBe(0);
  });
});
