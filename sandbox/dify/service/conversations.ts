import { randomUUID } from 'node:crypto';

export interface Conversation {
  readonly id: string;
  readonly appId: string;
  /** Whom it belongs to: for anybody else it is not there. */
  readonly user: string;
  /** Tokens said so far: the next prompt carries them. */
  tokens: number;
  /** Messages so far. */
  messages: number;
}

/** More would only cost memory; the oldest are forgotten first. */
const most = 50_000;

export class Conversations {
  readonly #byId = new Map<string, Conversation>();

  create(appId: string, user: string): Conversation {
    const conversation: Conversation = { id: randomUUID(), appId, user, tokens: 0, messages: 0 };
    this.#byId.set(conversation.id, conversation);
    if (this.#byId.size > most) {
      const [oldest] = this.#byId.keys();
      if (oldest !== undefined) this.#byId.delete(oldest);
    }
    return conversation;
  }

  find(id: string, appId: string, user: string): Conversation | undefined {
    const conversation = this.#byId.get(id);
    return conversation?.appId === appId && conversation.user === user ? conversation : undefined;
  }

  /** False when there was none. */
  delete(id: string, appId: string, user: string): boolean {
    return this.find(id, appId, user) !== undefined && this.#byId.delete(id);
  }

  /** The newest of a user with an app, newest first. */
  newest(appId: string, user: string, limit: number): Conversation[] {
    return [...this.#byId.values()]
      .filter((conversation) => conversation.appId === appId && conversation.user === user)
      .slice(-limit)
      .reverse();
  }
}
