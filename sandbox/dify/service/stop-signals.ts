/** Runs that can be told to stop, by task id. In Dify the signal is a key in Redis that the run looks for. */
export class StopSignals {
  readonly #listeners = new Map<string, () => void>();

  /** Returns what ends the listening. */
  listen(taskId: string, stop: () => void): () => void {
    this.#listeners.set(taskId, stop);
    return () => this.#listeners.delete(taskId);
  }

  /** Stops a run; an unknown task is no error, as in Dify. */
  stop(taskId: string): void {
    this.#listeners.get(taskId)?.();
  }
}
