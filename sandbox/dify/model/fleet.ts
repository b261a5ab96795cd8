/** The pods of Dify as the cluster shows them, and the way of a connection through Service and pod. */
import type { World } from '../../worlds/world.ts';
import type { Component, PodListener, PodSnapshot } from '../kubernetes/pod-source.ts';
import { ApiPod, type Visitor } from './api-pod.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import { WorkerPod } from './worker-pod.ts';

/** starting: runs and was never Ready. unready: was Ready once. terminating: in its grace. */
export type PodState = 'pending' | 'starting' | 'ready' | 'unready' | 'terminating';

export interface FleetPod {
  readonly uid: string;
  readonly name: string;
  readonly component: Component;
  readonly state: PodState;
  readonly process: ApiPod | WorkerPod;
}

interface Member extends FleetPod {
  state: PodState;
  /** Until when a deleted pod is still routed to; it refuses. */
  routedUntilMs: number;
}

export interface FleetParts {
  readonly world: World;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly newApiPod: (pod: PodSnapshot) => ApiPod;
  readonly newWorkerPod: (pod: PodSnapshot) => WorkerPod;
  /** Called when a pod's processes are gone: streams cut or runs lost with it. */
  readonly onDeath: (component: Component, broken: number) => void;
}

/** How often a terminating pod is looked at for being done. */
const drainLookMs = 250;

export class Fleet implements PodListener {
  readonly #parts: FleetParts;
  readonly #members = new Map<string, Member>();
  #hasBeenReady = false;

  constructor(parts: FleetParts) {
    this.#parts = parts;
  }

  /** Whether any API pod has ever been Ready. */
  get hasBeenReady(): boolean {
    return this.#hasBeenReady;
  }

  get pods(): readonly FleetPod[] {
    return [...this.#members.values()];
  }

  seen(pod: PodSnapshot): void {
    const member = this.#members.get(pod.uid) ?? this.#add(pod);
    if (member.state === 'terminating') return;
    if (pod.isTerminating) this.#terminate(member, pod.graceSeconds);
    else this.#setState(member, stateOf(pod, member.state));
  }

  gone(uid: string): void {
    const member = this.#members.get(uid);
    // Without a request to delete before it, the object was removed by force: no grace.
    if (member && member.state !== 'terminating') this.#kill(member);
  }

  /** Sends a connection to one of the Ready API pods, each equally likely, as a Service does. False without any. */
  route(visitor: Visitor): boolean {
    const now = this.#parts.scheduler.now();
    const routed = [...this.#members.values()].filter(
      ({ component, state, routedUntilMs }) =>
        component === 'api' && (state === 'ready' || routedUntilMs > now),
    );
    const process = this.#parts.random.pick(routed)?.process;
    if (!(process instanceof ApiPod)) return false;
    process.admit(visitor);
    return true;
  }

  /** Ends every pod, as the end of the world does. */
  killAll(): void {
    for (const member of [...this.#members.values()]) this.#kill(member);
  }

  #add(pod: PodSnapshot): Member {
    const { newApiPod, newWorkerPod } = this.#parts;
    const member: Member = {
      uid: pod.uid,
      name: pod.name,
      component: pod.component,
      state: 'pending',
      process: pod.component === 'api' ? newApiPod(pod) : newWorkerPod(pod),
      routedUntilMs: 0,
    };
    this.#members.set(pod.uid, member);
    return member;
  }

  #setState(member: Member, state: PodState): void {
    if (member.state === state) return;
    member.state = state;
    if (member.component === 'api' && state === 'ready') this.#hasBeenReady = true;
    if (!(member.process instanceof WorkerPod)) return;
    if (state === 'ready') member.process.consume();
    else member.process.stopConsuming();
  }

  #terminate(member: Member, graceSeconds: number): void {
    const { scheduler, world } = this.#parts;
    const wasReady = member.state === 'ready';
    member.state = 'terminating';
    const isApi = member.process instanceof ApiPod;
    if (member.process instanceof ApiPod) member.process.terminate();
    else member.process.stopConsuming();
    if (isApi && wasReady) member.routedUntilMs = scheduler.now() + world.api.endpointLagSeconds * 1000;
    const patience = isApi ? Math.min(graceSeconds, world.api.gracefulTimeoutSeconds) : graceSeconds;
    this.#drain(member, scheduler.now() + patience * 1000);
  }

  /** A process that has nothing left to do exits before its grace is over. */
  #drain(member: Member, untilMs: number): void {
    const { scheduler } = this.#parts;
    const isDone = member.process.inService === 0 && member.routedUntilMs <= scheduler.now();
    if (isDone || scheduler.now() >= untilMs) this.#kill(member);
    else
      scheduler.after(Math.min(drainLookMs, untilMs - scheduler.now()), () => this.#drain(member, untilMs));
  }

  #kill(member: Member): void {
    if (!this.#members.delete(member.uid)) return;
    this.#parts.onDeath(member.component, member.process.kill());
  }
}

function stateOf(pod: PodSnapshot, before: PodState): PodState {
  if (pod.isReady) return 'ready';
  if (before === 'ready' || before === 'unready') return 'unready';
  return pod.isRunning ? 'starting' : 'pending';
}
