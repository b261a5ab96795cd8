import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseHpaTrace } from '../parse-hpa-trace.ts';
import { type PreparedTrace, prepareTrace, replayTrace } from '../replay-trace.ts';

// How many times as fast as the real controller the replay is, over traces that were just recorded: reading,
// checking and joining the inputs apart, after warm-up, both in processor time. Called by `scripts/hpa-conformance --speed`.

interface Timing {
  readonly syncs: number;
  readonly controllerSeconds: number;
  readonly worldSeconds: number;
}

const warmUpSeconds = 1;
const measuredSeconds = 3;
const leastTimesAsFast = 200;

const [folder = '.'] = process.argv.slice(2);
const timing = JSON.parse(readFileSync(join(folder, 'timing.json'), 'utf8')) as Timing;
const traces = readdirSync(folder)
  .filter((name) => name.startsWith('case-'))
  .map((name) => prepareTrace(parseHpaTrace(JSON.parse(readFileSync(join(folder, name), 'utf8')), name)));

replayFor(traces, warmUpSeconds);
const replay = replayFor(traces, measuredSeconds);
const microseconds = (seconds: number, syncs: number) => Number(((seconds / syncs) * 1e6).toFixed(2));
const replayed = microseconds(replay.seconds, replay.syncs);
const controller = microseconds(timing.controllerSeconds, timing.syncs);
const inCluster = microseconds(timing.controllerSeconds + timing.worldSeconds, timing.syncs);
const timesAsFast = Math.round(controller / replayed);
const isFast = timesAsFast >= leastTimesAsFast;
process.stdout.write(
  `${isFast ? 'PASS' : 'MISS'} replay ${timesAsFast} times as fast as the controller, at least ${leastTimesAsFast} wanted\n` +
    `${JSON.stringify({
      syncs: timing.syncs,
      /** The virtual run: the controller, its informers and queues, the stand-ins for the APIs, and the pods. */
      virtualRunMicrosecondsPerSync: inCluster,
      /** The same without playing the cluster around it. */
      controllerMicrosecondsPerSync: controller,
      replayMicrosecondsPerSync: replayed,
      timesAsFastAsVirtualRun: Math.round(inCluster / replayed),
      timesAsFastAsController: timesAsFast,
    })}\n`,
);
if (!isFast) process.exitCode = 1;

function replayFor(prepared: readonly PreparedTrace[], seconds: number): { seconds: number; syncs: number } {
  const startedAt = processorSeconds();
  let syncs = 0;
  while (processorSeconds() - startedAt < seconds) {
    for (const trace of prepared) syncs += replayTrace(trace).length;
  }
  return { seconds: processorSeconds() - startedAt, syncs };
}

function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
