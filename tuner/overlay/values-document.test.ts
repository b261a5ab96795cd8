import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { valuesTree, valuesYaml } from './values-document.ts';

const settings = [
  { path: ['api', 'autoscaling', 'minReplicas'], value: 2, because: 'a new pod takes 19 s' },
  { path: ['api', 'resources', 'requests', 'cpu'], value: '750m', because: 'CPU\nneeds: a request\r# here' },
  { path: ['worker', 'autoscaling', 'enabled'], value: false, because: '' },
];

describe('valuesYaml', () => {
  const yaml = valuesYaml(settings, 'heading');

  it('reads back as the values it was made of', () => {
    expect(parse(yaml)).toEqual(valuesTree(settings));
    expect(parse(yaml)).toEqual({
      api: { autoscaling: { minReplicas: 2 }, resources: { requests: { cpu: '750m' } } },
      worker: { autoscaling: { enabled: false } },
    });
  });

  it('puts each reason on the line above its key', () => {
    expect(yaml).toContain('    # a new pod takes 19 s\n    minReplicas: 2\n');
  });

  it('keeps a reason of several lines, with whatever is in it, inside the comment', () => {
    expect(yaml).toContain('# CPU\n');
    expect(yaml).toContain('# needs: a request\n');
    expect(yaml).toContain('# # here\n');
  });

  it('wraps long reasons', () => {
    const long = valuesYaml([{ path: ['a'], value: 1, because: 'word '.repeat(80) }], 'heading');
    expect(Math.max(...long.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });
});
