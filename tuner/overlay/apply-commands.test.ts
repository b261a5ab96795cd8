import { execaSync } from 'execa';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shellWord } from './apply-commands.ts';

describe('shellWord', () => {
  it('leaves common names as they are', () => {
    expect(shellWord('my-dify')).toBe('my-dify');
    expect(shellWord('arn:aws:eks:eu-west-1:123:cluster/prod')).toBe(
      'arn:aws:eks:eu-west-1:123:cluster/prod',
    );
  });

  it('is read back by sh as the same word, whatever is in it', () => {
    const words = fc
      .sample(fc.oneof(fc.string(), fc.stringMatching(/^['"$`\\ ;&|<>(){}*?!#~-]{1,12}$/)), {
        numRuns: 200,
        seed: 7,
      })
      .filter((word) => !/[\0\n\r\ud800-\udfff]/.test(word) && word !== '');
    const script = words.map((word) => `printf '%s\\0' ${shellWord(word)}`).join('\n');
    const { stdout } = execaSync('sh', ['-c', script], { stripFinalNewline: false });
    expect(stdout.split('\0').slice(0, -1)).toEqual(words);
  });
});
