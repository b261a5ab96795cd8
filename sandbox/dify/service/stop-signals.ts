/** Runs that can be told to stop, by task id. In Dify the signal is a key in Redis that the run looks for. */
export class StopSignals {
  readonly #listeners = new Map<string, { readonly user: string; readonly stop: () => void }>();

  /** Returns what ends the listening. */
  listen(taskId: string, user: string, stop: () => void): () => void {
    this.#listeners.set(taskId, { user, stop });
    return () => this.#listeners.delete(taskId);
  }

  /** Stops a run of this user; an unknown task is no error, and nor is somebody else's, as in Dify. */
  stop(taskId: string, user: string): void {
    const listener = this.#listeners.get(taskId);
    if (listener?.user === user) listener.stop();
  }
}
