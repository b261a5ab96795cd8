/** What a component holds and uses, second by second. */
export interface FrontTrace {
  readonly localHeld: Float32Array;
  /** Relayed requests on the CPU, before and after their run; 0 while pooled. */
  readonly relaysOnCpu: Float32Array;
  readonly waiting: Float32Array;
  /** Of them, those that will be relayed. */
  readonly relaysWaiting: Float32Array;
  /** Of the requests that run here, and of those in backlogs, the ones whose client has left. */
  readonly goneHeld: Float32Array;
  readonly goneWaiting: Float32Array;
  /** CPU seconds at full speed, over all pods. */
  readonly busySeconds: Float32Array;
}

/** @param seconds that are simulated */
export function createFrontTrace(seconds: number): FrontTrace {
  const column = () => new Float32Array(seconds);
  return {
    localHeld: column(),
    relaysOnCpu: column(),
    waiting: column(),
    relaysWaiting: column(),
    goneHeld: column(),
    goneWaiting: column(),
    busySeconds: column(),
  };
}
