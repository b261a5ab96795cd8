import { execa } from 'execa';

/** What the server has sent one client, and how many of its streams are open. */
export interface Counts {
  readonly events: number;
  readonly active: number;
}

/** Of one stream: see streams/serve.go. */
export interface StreamShape {
  readonly tokens: number;
  readonly gapMs: number;
  readonly firstMs?: number;
  /** Events in one write; default 1. */
  readonly batch?: number;
}

export interface StreamServer {
  /** Base of a Service API whose every answer is such a stream, counted under the client's name. */
  baseUrl(client: string, shape: StreamShape): string;
  counts(client: string): Promise<Counts>;
  stop(): Promise<void>;
}

/** The server ends with its standard input, so also when this process is killed. */
export async function startServer(program: string): Promise<StreamServer> {
  const child = execa(program, ['serve'], {
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'inherit',
    reject: false,
  });
  const url = await firstLine(child.stdout);
  return {
    baseUrl(client, shape) {
      const text = Object.entries(shape).map(([name, value]) => `${name}=${value}`);
      return `${url}/${client}/${text.join('&')}/v1`;
    },
    async counts(client) {
      const all = (await (await fetch(`${url}/counts`)).json()) as Record<string, Counts>;
      return all[client] ?? { events: 0, active: 0 };
    },
    async stop() {
      child.stdin.end();
      await child;
    },
  };
}

async function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  for await (const chunk of stream) return String(chunk).trim();
  throw new Error('the stream server ended before it said where it listens');
}
