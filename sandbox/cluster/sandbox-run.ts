import { identify } from './process-identity.ts';
import { type SandboxPaths, sandboxPaths } from './sandbox-paths.ts';
import { type SandboxComponent, type SandboxRecord, writeRecord } from './sandbox-record.ts';

/** The one writer of sandbox.json while a sandbox starts, runs and ends. */
export class SandboxRun {
  readonly folder: string;
  readonly paths: SandboxPaths;
  #record: SandboxRecord;

  constructor(folder: string, record: SandboxRecord) {
    this.folder = folder;
    this.paths = sandboxPaths(folder);
    this.#record = record;
    writeRecord(folder, record);
  }

  get record(): SandboxRecord {
    return this.#record;
  }

  update(change: Partial<SandboxRecord>): void {
    this.#record = { ...this.#record, ...change };
    writeRecord(this.folder, this.#record);
  }

  /**
   * Notes a process, so that whoever ends the sandbox finds it.
   *
   * @returns the noted component, or null when it has ended already
   */
  note(component: Omit<SandboxComponent, 'startToken'>): SandboxComponent | null {
    const identity = identify(component.pid);
    if (identity === null) return null;
    const noted = { ...component, ...identity };
    this.update({ components: [...this.#record.components, noted] });
    return noted;
  }
}
