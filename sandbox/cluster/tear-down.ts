import { endProcesses } from './end-processes.ts';
import { dropData } from './prepare-folder.ts';
import { readRecord, recordedProcesses, writeRecord } from './sandbox-record.ts';

/**
 * Ends every process of the sandbox but this one, and notes why.
 *
 * @param because null when someone asked for it
 * @throws TuneError STILL_RUNNING
 */
export async function tearDown(folder: string, because: string | null): Promise<void> {
  const record = readRecord(folder);
  const recorded = record === null ? [] : recordedProcesses(record);
  // Its open streams should end as a server's do that is shut down, not with a reset.
  const politely = record?.components.filter(({ name }) => name === 'dify') ?? [];
  try {
    await endProcesses(folder, recorded, { politely });
  } finally {
    if (record !== null) {
      writeRecord(folder, { ...record, state: 'ended', endedBecause: record.endedBecause ?? because });
    }
  }
  dropData(folder);
}
