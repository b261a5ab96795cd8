import { type ClusterSample, clusterSampleSchema } from '../contracts/cluster-sample.ts';
import { type RunEvent, runEventSchema } from '../contracts/run-event.ts';
import { readNdjson } from '../journal/read-ndjson.ts';

/**
 * Lines of a cluster.ndjson in the order they were written; a cut last line is passed over.
 *
 * @throws TuneError NO_FILE, BAD_LINE with `file:line`
 */
export function readClusterSamples(path: string): AsyncGenerator<ClusterSample> {
  return readNdjson(path, clusterSampleSchema);
}

/** The same for an events.ndjson. */
export function readRunEvents(path: string): AsyncGenerator<RunEvent> {
  return readNdjson(path, runEventSchema);
}
