import { seededRandom } from '../stats/seeded-random.ts';
import type { ComponentModel, Demand, SimulationModel } from './model.ts';
import { createPageLatency, type PageLatency } from './page-latency.ts';
import { beginPages, createPageProcess, openPage, type PageProcess, renderUntil } from './page-process.ts';
import type { Pods } from './pods.ts';

/**
 * The web front end at work, page by page: each goes to a process of a Ready pod at random, and takes CPU there.
 *
 * A page holds no connection slot, calls no language model and opens no database connection, and no objective counts
 * it: beside its pods, which take nodes, nothing of web touches the other components.
 */
export interface PageFront {
  readonly model: ComponentModel;
  readonly pods: Pods;
  /** Pages opened in each second. */
  readonly opened: Uint16Array;
  /** CPU seconds of a page at full speed of a process. */
  readonly cpuSeconds: number;
  /** Pod by pod; those of one pod stand side by side. */
  readonly processes: readonly PageProcess[];
  /** Luck of its own: pages change nothing of what the other classes meet. */
  readonly random: () => number;
  /** Moments within a second; reused. */
  readonly moments: Float64Array;
  /** To the first byte, which is sent when a page is rendered: in the open bucket of time, and before it. */
  readonly latency: { readonly bucket: PageLatency; readonly whole: PageLatency };
  openedCount: number;
  /** Opened while no pod was Ready. */
  failedCount: number;
  /** CPU seconds at full speed in each second, over all pods; null unless somebody wants to see them. */
  readonly busySeconds: Float32Array | null;
}

const seedApart = 104_729;

/** @returns null where no pages are opened at the component */
export function createPageFront(
  model: SimulationModel,
  component: ComponentModel,
  pods: Pods,
  demand: Demand,
  { withTrace }: { readonly withTrace: boolean },
): PageFront | null {
  if (component.name !== 'web' || !model.pages) return null;
  const opened = demand.pages ?? new Uint16Array(demand.durationSeconds);
  return {
    model: component,
    pods,
    opened,
    cpuSeconds: model.pages.cpuMilliseconds / component.processMillicores,
    processes: Array.from({ length: pods.state.length * component.processes }, createPageProcess),
    random: seededRandom(demand.seed * 31 + seedApart),
    moments: new Float64Array(opened.reduce((most, count) => Math.max(most, count), 0)),
    latency: { bucket: createPageLatency(), whole: createPageLatency() },
    openedCount: 0,
    failedCount: 0,
    busySeconds: withTrace ? new Float32Array(demand.durationSeconds) : null,
  };
}

/** Seconds [from, to) of pages, in which no pod of web comes or goes. */
export function servePages(front: PageFront, from: number, to: number): void {
  for (let at = from; at < to; at++) {
    const count = front.opened[at] as number;
    const busyBefore = front.busySeconds === null ? 0 : busyOfReady(front);
    front.openedCount += count;
    if (front.pods.readyCount === 0) front.failedCount += count;
    else openPages(front, at, count);
    renderReady(front, at + 1);
    if (front.busySeconds !== null) front.busySeconds[at] = busyOfReady(front) - busyBefore;
  }
}

function openPages(front: PageFront, at: number, count: number): void {
  const { processes, random, cpuSeconds, moments, pods, model } = front;
  drawMoments(moments, count, random);
  for (let page = 0; page < count; page++) {
    const draw = Math.floor(random() * pods.readyCount * model.processes);
    const place = pods.ready[Math.floor(draw / model.processes)] as number;
    const process = processes[place * model.processes + (draw % model.processes)] as PageProcess;
    const moment = at + (moments[page] as number);
    renderUntil(process, moment, front.latency.bucket);
    openPage(process, moment, cpuSeconds);
  }
}

/** Uniform moments in their order: sums of exponential gaps over the sum of one gap more. */
function drawMoments(moments: Float64Array, count: number, random: () => number): void {
  let sum = 0;
  for (let index = 0; index < count; index++) {
    sum -= Math.log(1 - random());
    moments[index] = sum;
  }
  const whole = sum - Math.log(1 - random());
  for (let index = 0; index < count; index++) moments[index] = (moments[index] as number) / whole;
}

function renderReady(front: PageFront, moment: number): void {
  for (let index = 0; index < front.pods.readyCount; index++) {
    renderPod(front, front.pods.ready[index] as number, moment);
  }
}

function renderPod({ processes, model, latency }: PageFront, place: number, moment: number): void {
  for (let index = 0; index < model.processes; index++) {
    renderUntil(processes[place * model.processes + index] as PageProcess, moment, latency.bucket);
  }
}

function busyOfReady(front: PageFront): number {
  let seconds = 0;
  for (let index = 0; index < front.pods.readyCount; index++) {
    seconds += busyOfPod(front, front.pods.ready[index] as number);
  }
  return seconds;
}

function busyOfPod({ processes, model }: PageFront, place: number): number {
  let seconds = 0;
  for (let index = 0; index < model.processes; index++) {
    seconds += (processes[place * model.processes + index] as PageProcess).busySeconds;
  }
  return seconds;
}

/** CPU that a pod has used so far for pages, milliseconds. */
export function cpuOfPages(front: PageFront, place: number): number {
  return busyOfPod(front, place) * front.model.processMillicores;
}

/** Pods that joined begin empty; those that left render what they have, as their grace is longer than a page takes. */
export function applyWebChanges(front: PageFront, atSeconds: number): void {
  const { pods, processes, model } = front;
  for (const place of pods.left) renderPod(front, place, Number.POSITIVE_INFINITY);
  for (const place of pods.joined) {
    for (let index = 0; index < model.processes; index++) {
      beginPages(processes[place * model.processes + index] as PageProcess, atSeconds);
    }
  }
}

/** Pages that are open when the simulation ends count as if no further ones came. */
export function finishPages(front: PageFront): void {
  renderReady(front, Number.POSITIVE_INFINITY);
}
