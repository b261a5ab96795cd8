/** sandbox.json: what a sandbox runs, so that any later command can judge it and end it. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { portRoles } from './port-block.ts';
import { isAlive } from './process-identity.ts';
import { sandboxPaths } from './sandbox-paths.ts';

const identitySchema = z.object({ pid: z.number().int(), startToken: z.string() });

const componentSchema = identitySchema.extend({
  name: z.string(),
  /** Where it listens on 127.0.0.1; null: nowhere. */
  port: z.number().int().nullable(),
  log: z.string().nullable(),
});

const recordSchema = z.object({
  schemaVersion: z.literal(1),
  name: z.string(),
  /** Path of the world file. */
  world: z.string(),
  state: z.enum(['starting', 'up', 'ended']),
  /** Why it ended on its own; null while it runs, or when it was asked to. */
  endedBecause: z.string().nullable(),
  startedAt: z.string(),
  /** null before it is up. */
  upSeconds: z.number().nullable(),
  /** `caller`: ends with the process that started it. `itself`: lives on until `down`. */
  owner: z.enum(['caller', 'itself']),
  ports: z.record(z.enum(portRoles), z.number().int()),
  /** Base of the stand-in's Service API; null until it serves. */
  url: z.string().nullable(),
  supervisor: componentSchema,
  components: z.array(componentSchema),
});

export type SandboxRecord = z.infer<typeof recordSchema>;
export type SandboxComponent = z.infer<typeof componentSchema>;

/** @returns null when the folder holds no sandbox, or one whose record no version of ours wrote */
export function readRecord(folder: string): SandboxRecord | null {
  try {
    return recordSchema.parse(JSON.parse(readFileSync(sandboxPaths(folder).record, 'utf8')));
  } catch {
    return null;
  }
}

/** Whole or not at all: a reader never sees half a record, also when the writer is killed. */
export function writeRecord(folder: string, record: SandboxRecord): void {
  const file = sandboxPaths(folder).record;
  writeFileSync(`${file}.new`, `${JSON.stringify(record, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

/** Every process the record knows, the supervisor among them. */
export function recordedProcesses(record: SandboxRecord): SandboxComponent[] {
  return [record.supervisor, ...record.components];
}

export function isSupervised(record: SandboxRecord): boolean {
  return record.state !== 'ended' && isAlive(record.supervisor);
}
