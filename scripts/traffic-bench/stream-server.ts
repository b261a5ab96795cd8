import { execa } from 'execa';

/** What the server has sent since it began, and how many streams are open. */
export interface Counts {
  readonly events: number;
  readonly active: number;
}

export interface StreamServer {
  readonly url: string;
  counts(): Promise<Counts>;
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
    url,
    counts: async () => (await (await fetch(`${url}/counts`)).json()) as Counts,
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
