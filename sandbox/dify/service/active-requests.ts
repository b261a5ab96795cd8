import type { App } from '../wire/apps.ts';

/** Dify's max_active_requests: runs in flight per app, over all pods. */
export class ActiveRequests {
  readonly #limit: number;
  readonly #active = new Map<string, number>();

  /** @param limit 0: no limit */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Returns what gives the place back (once), or the refusal's message when the app is full. */
  enter(app: App): (() => void) | string {
    const active = this.#active.get(app.id) ?? 0;
    if (this.#limit > 0 && active >= this.#limit) {
      return `Too many requests. Please try again later. The current maximum concurrent requests allowed for ${app.id} is ${this.#limit}.`;
    }
    this.#active.set(app.id, active + 1);
    let isInside = true;
    return () => {
      if (!isInside) return;
      isInside = false;
      this.#active.set(app.id, (this.#active.get(app.id) ?? 1) - 1);
    };
  }
}
