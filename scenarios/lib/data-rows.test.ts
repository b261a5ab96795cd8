import { describe, expect, it } from 'vitest';
import { dataRows } from './data-rows.ts';

describe('dataRows', () => {
  it('names the cells of a CSV by its header', () => {
    expect(dataRows('x.csv', 'city,n\n"Bonn, am Rhein",3\nUlm,4\n')).toEqual([
      { city: 'Bonn, am Rhein', n: '3' },
      { city: 'Ulm', n: '4' },
    ]);
  });

  it('keeps numbers and lists of JSONL as they are', () => {
    expect(dataRows('x.jsonl', '{"n": 3, "tags": ["a"]}\n\n{"n": 4}\n')).toEqual([
      { n: 3, tags: ['a'] },
      { n: 4 },
    ]);
  });

  it.each([
    { path: 'x.csv', text: 'a,b\n1,2\n3\n', says: 'line 3: 1 cells, and the header names 2' },
    { path: 'x.jsonl', text: '{"a": 1}\n[1]\n', says: 'line 2: no JSON object' },
    { path: 'x.jsonl', text: '{"a": 1\n', says: 'line 1: no JSON object' },
  ])('says $says', ({ path, text, says }) => {
    expect(() => dataRows(path, text)).toThrow(says);
  });
});
