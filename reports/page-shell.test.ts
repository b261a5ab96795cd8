import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { pageShell } from './page-shell.ts';

describe('pageShell', () => {
  it('keeps chart data inside its element, whatever a label says', () => {
    const hostile = '</script><script>alert(1)</script><!--';
    const chart = {
      id: hostile,
      title: hostile,
      unit: '',
      display: 'plain',
      group: 'run',
      lines: [],
      limits: [],
    } as const;
    const page = pageShell({ title: hostile, body: '', page: { charts: [chart], marks: [] } });
    const { document } = parseHTML(page);
    expect(document.querySelectorAll('script')).toHaveLength(2);
    expect(JSON.parse(document.getElementById('charts')?.textContent ?? '').charts[0].title).toBe(hostile);
    expect(document.title).toBe(hostile);
  });

  it('holds no script of ours that a stray "</script" could end', () => {
    const page = pageShell({ title: '', body: '', page: { charts: [], marks: [] } });
    expect(page.match(/<\/script/g)).toHaveLength(2);
  });
});
