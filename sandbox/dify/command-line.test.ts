import { describe, expect, it } from 'vitest';
import { TuneError } from '../../tuner/errors.ts';
import { readCommandLine } from './command-line.ts';

describe('readCommandLine', () => {
  it('reads what the sandbox starts it with', () => {
    const args =
      '--world w.yaml --kubeconfig k --namespace dify --release my-dify --redis redis://127.0.0.1:7 --port 0 --ready-file folder/ready.json';
    expect(readCommandLine(args.split(' '))).toEqual({
      worldFile: 'w.yaml',
      pods: { kubeconfig: 'k', namespace: 'dify', release: 'my-dify' },
      redisUrl: 'redis://127.0.0.1:7',
      port: 0,
      externalMetricsPort: 0,
      readyFile: 'folder/ready.json',
      truthFile: 'folder/truth.ndjson',
    });
  });

  it('reads a trial without a cluster', () => {
    const { pods, redisUrl } = readCommandLine(['--world', 'w.yaml', '--static-pods', 'api=2,worker=1']);
    expect({ pods, redisUrl }).toEqual({ pods: { counts: { api: 2, worker: 1 } }, redisUrl: null });
  });

  it.each([
    { args: '--kubeconfig k', message: '--world is missing' },
    { args: '--world w', message: 'one of --kubeconfig and --static-pods is needed' },
    {
      args: '--world w --kubeconfig k --static-pods api=1',
      message: 'one of --kubeconfig and --static-pods is needed',
    },
    { args: '--world w --static-pods web=1', message: '--static-pods web=1 is not like api=2,worker=1' },
    {
      args: '--world w --static-pods api=1 --port 70000',
      message: '--port 70000 is no port: a whole number from 0 to 65535',
    },
  ])('refuses $args', ({ args, message }) => {
    expect(() => readCommandLine(args.split(' '))).toThrow(TuneError);
    expect(() => readCommandLine(args.split(' '))).toThrow(message);
  });
});
