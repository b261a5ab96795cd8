import { describe, expect, it } from 'vitest';
import { createPageLatency, pageQuantile } from './page-latency.ts';
import { beginPages, createPageProcess, openPage, renderUntil } from './page-process.ts';

describe('a process of web', () => {
  it('renders a page by itself in its own time', () => {
    const process = createPageProcess();
    const latency = createPageLatency();
    renderUntil(process, 1.25, latency);
    openPage(process, 1.25, 0.04);
    renderUntil(process, 2, latency);
    expect(pageQuantile(latency, 0.5)).toBeCloseTo(0.04, 3);
    expect(process).toMatchObject({ count: 0, atSeconds: 2 });
    expect(process.busySeconds).toBeCloseTo(0.04);
  });

  it('shares its CPU evenly: a page that comes halfway through another is done half a page later', () => {
    const process = createPageProcess();
    const first = createPageLatency();
    openPage(process, 0, 1);
    renderUntil(process, 0.5, first);
    openPage(process, 0.5, 1);
    renderUntil(process, 1.49, first);
    expect(first.total).toBe(0);
    renderUntil(process, 1.51, first);
    expect(pageQuantile(first, 1)).toBeCloseTo(1.5, 1);
    const second = createPageLatency();
    renderUntil(process, 2.1, second);
    expect(pageQuantile(second, 1)).toBeCloseTo(1.5, 1);
    expect(process.busySeconds).toBeCloseTo(2);
  });

  it('keeps every page of a crowd, whatever place the oldest has in the ring', () => {
    const process = createPageProcess();
    const latency = createPageLatency();
    for (let page = 0; page < 10; page++) openPage(process, 0, 0.01);
    renderUntil(process, 1, latency);
    for (let page = 0; page < 100; page++) openPage(process, 1, 0.01);
    renderUntil(process, 1.99, latency);
    expect({ rendered: latency.total, open: process.count }).toEqual({ rendered: 10, open: 100 });
    renderUntil(process, 2.01, latency);
    expect({ rendered: latency.total, open: process.count }).toEqual({ rendered: 110, open: 0 });
  });

  it('begins anew with a new pod', () => {
    const process = createPageProcess();
    openPage(process, 0, 5);
    renderUntil(process, 3, createPageLatency());
    beginPages(process, 7);
    expect(process).toMatchObject({ count: 0, work: 0, busySeconds: 0, atSeconds: 7 });
  });
});
