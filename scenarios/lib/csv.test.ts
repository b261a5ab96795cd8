import { describe, expect, it } from 'vitest';
import { parseCsv } from './csv.ts';

describe('parseCsv', () => {
  it.each([
    {
      name: 'plain cells',
      text: 'a,b\n1,2\n',
      expected: [
        ['a', 'b'],
        ['1', '2'],
      ],
    },
    { name: 'no line end at the end', text: 'a\n1', expected: [['a'], ['1']] },
    { name: 'the line ends of other systems', text: 'a\r\n1\r2', expected: [['a'], ['1'], ['2']] },
    {
      name: 'commas, quotes and line ends within quotes',
      text: '"a, ""b""\nc",d\n',
      expected: [['a, "b"\nc', 'd']],
    },
    { name: 'empty cells, and an empty one at the end', text: 'a,,\n', expected: [['a', '', '']] },
    { name: 'empty lines, which are none', text: '\n\na\n\n', expected: [['a']] },
    { name: 'a byte order mark', text: '\uFEFFa\n', expected: [['a']] },
    { name: 'nothing', text: '', expected: [] },
  ])('reads $name', ({ text, expected }) => {
    expect(parseCsv(text).map(({ cells }) => cells)).toEqual(expected);
  });

  it('says in which line a row begins, also behind a cell of two lines', () => {
    expect(parseCsv('a\n"b\nc"\n\nd\n').map(({ line }) => line)).toEqual([1, 2, 5]);
  });

  it('names the line of a quote that is never closed', () => {
    expect(() => parseCsv('a\n"b')).toThrow('line 2');
    expect(() => parseCsv('a\n"b" c\n')).toThrow('line 2');
  });
});
