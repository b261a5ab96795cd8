import type { GeneratorSample } from '../../contracts/generator-sample.ts';
import { atMost, type Check, cannotJudge, percent, type ValidityInput } from './validity-input.ts';

/** A host counts as full above this; a little is always left by the sampling itself. */
const fullHostRatio = 0.95;
/** k6 is called the cause when it uses this much of a full host. */
const ownShareRatio = 0.5;

const generatorCpu: Check = (input) => {
  const judged = { id: 'generator-cpu', unit: 'ratio', limit: 0.1 } as const;
  const during = duringLoad(input).filter(({ hostCpuRatio }) => hostCpuRatio !== null);
  if (during.length === 0) {
    return cannotJudge({ ...judged, severity: 'weakens' }, "the host's CPU was not sampled during the load");
  }
  const full = during.filter(({ hostCpuRatio }) => (hostCpuRatio ?? 0) >= fullHostRatio);
  const k6Share = mean(full.map(({ k6CpuCores, hostCores }) => (k6CpuCores ?? 0) / hostCores));
  const isOwnDoing = k6Share >= ownShareRatio;
  const ratio = full.length / during.length;
  return atMost(
    // Where others fill the host, the arrivals' own delay says whether it mattered.
    { ...judged, severity: isOwnDoing ? 'invalidates' : 'weakens' },
    ratio,
    full.length === 0
      ? `the host of the load generator never had more than ${percent(Math.max(...during.map((each) => each.hostCpuRatio ?? 0)))} of its CPU in use`
      : `its host's CPU was full in ${percent(ratio)} of the seconds; k6 used ${percent(k6Share)} of it then`,
  );
};

const openFiles: Check = (input) => {
  const judged = { id: 'generator-open-files', unit: 'ratio', severity: 'weakens', limit: 0.9 } as const;
  const known = duringLoad(input).flatMap(({ k6OpenFiles, openFilesLimit }) =>
    k6OpenFiles === null || openFilesLimit === null ? [] : [{ open: k6OpenFiles, limit: openFilesLimit }],
  );
  if (known.length === 0) return cannotJudge(judged, 'the system does not tell how many files k6 had open');
  const worst = known.reduce((a, b) => (b.open / b.limit > a.open / a.limit ? b : a));
  return atMost(
    judged,
    worst.open / worst.limit,
    `k6 had at most ${worst.open} of ${worst.limit} files open`,
  );
};

/**
 * A connection needs a port of its own, and keeps it for a minute after its end. The kernel counts them for the whole
 * machine, so this is an upper bound; with a target on the same machine each connection counts twice.
 */
const ports: Check = (input) => {
  const judged = { id: 'generator-ports', unit: 'ratio', severity: 'weakens', limit: 0.8 } as const;
  const known = duringLoad(input).flatMap(({ tcpSocketsInUse, tcpTimeWait, ephemeralPorts }) =>
    typeof tcpSocketsInUse === 'number' && typeof tcpTimeWait === 'number' && ephemeralPorts
      ? [{ inUse: tcpSocketsInUse, waiting: tcpTimeWait, ports: ephemeralPorts }]
      : [],
  );
  if (known.length === 0) return cannotJudge(judged, 'the system does not tell how many sockets are in use');
  const share = (each: (typeof known)[number]) => (each.inUse + each.waiting) / each.ports;
  const worst = known.reduce((a, b) => (share(b) > share(a) ? b : a));
  return atMost(
    judged,
    share(worst),
    `its host had at most ${worst.inUse} TCP sockets in use and ${worst.waiting} waiting for their end, with ${worst.ports} ports to give out`,
  );
};

function duringLoad({ generator, loadStartSeconds, loadEndSeconds }: ValidityInput): GeneratorSample[] {
  return generator.filter(({ atSeconds }) => atSeconds >= loadStartSeconds && atSeconds <= loadEndSeconds);
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

export const generatorChecks: readonly Check[] = [generatorCpu, openFiles, ports];
