import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { exitCodes, formatError, TuneError } from '../../tuner/errors.ts';
import { bundleScript, mixedProgram, unneededParts } from '../../tuner/load/bundle-script.ts';
import { toolPath } from '../tools/tool-paths.ts';
import { checkCommunityK6 } from './community-k6.ts';
import { compareBursts, compareCommunity, comparePaced } from './compare-clients.ts';
import { manyStreams } from './many-streams.ts';
import { readRecording } from './read-recording.ts';
import { formatResults, type Result } from './result.ts';
import { startServer } from './stream-server.ts';
import { buildStreams } from './streams-program.ts';

/** Parts of the benchmark, in the order they run in. */
const parts = ['paced', 'bursts', 'community', 'many', 'recording'] as const;
type Part = (typeof parts)[number];

/**
 * `npm run bench:traffic`: what reading streams costs, against programs that do less or the same, all on this machine
 * and in one run, for only ratios of one run mean something.
 */
async function bench(args: readonly string[]): Promise<number> {
  const { wanted, communityK6 } = readCommandLine(args);
  if (communityK6 !== null) await checkCommunityK6(communityK6);
  const interrupt = new AbortController();
  process.on('SIGINT', () => interrupt.abort()).on('SIGTERM', () => interrupt.abort());
  const { signal } = interrupt;
  const folder = mkdtempSync(join(tmpdir(), 'tune-bench-'));
  const note = (text: string) => process.stderr.write(`${text}\n`);
  const results: Result[] = [];
  try {
    const k6 = toolPath('k6');
    const program = await buildStreams(folder, signal);
    const scenarios = { native: join(folder, 'native.js'), callback: join(folder, 'callback.js') };
    const unneeded = unneededParts([{ kind: 'chat' }]).filter((part) => part !== 'callback');
    writeFileSync(scenarios.native, await bundleScript(mixedProgram, [...unneeded, 'callback']));
    writeFileSync(scenarios.callback, await bundleScript(mixedProgram, unneeded));
    const server = await startServer(program);
    const bench = { k6, scenarios, program, server, folder, signal, note };
    try {
      if (wanted.includes('paced')) results.push(...(await comparePaced(bench)));
      if (wanted.includes('bursts')) results.push(...(await compareBursts(bench)));
      if (communityK6 !== null) results.push(...(await compareCommunity(bench, communityK6)));
      if (wanted.includes('many')) results.push(...(await manyStreams(bench)));
    } finally {
      await server.stop();
    }
    if (wanted.includes('recording')) results.push(...(await readRecording(folder, { signal, note })));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  process.stdout.write(formatResults(results));
  return results.some(({ isMet }) => isMet === false) ? exitCodes.objectiveMissed : 0;
}

interface CommandLine {
  readonly wanted: readonly Part[];
  /** null: that part is not asked for. */
  readonly communityK6: string | null;
}

function readCommandLine(args: readonly string[]): CommandLine {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { 'community-k6': { type: 'string' } },
  });
  const unknown = positionals.find((name) => !parts.includes(name as Part));
  if (unknown !== undefined) {
    throw new TuneError({
      code: 'UNKNOWN_PART',
      message: `there is no part "${unknown}"`,
      why: `the benchmark has the parts ${parts.join(', ')}`,
      next: 'name some of these, or none for all of them',
      exitCode: exitCodes.usage,
    });
  }
  const file = values['community-k6'];
  if (file === undefined && positionals.includes('community')) {
    throw new TuneError({
      code: 'NO_COMMUNITY_K6',
      message: 'the part community is asked for, and --community-k6 is not set',
      why: 'a k6 with the community extension is no part of this project, and is not fetched by it',
      next: 'build one (docs/traffic.md, "What it costs") and add --community-k6 FILE',
      exitCode: exitCodes.usage,
    });
  }
  const wanted: readonly Part[] = positionals.length === 0 ? parts : (positionals as Part[]);
  return { wanted, communityK6: file === undefined ? null : resolve(file) };
}

process.exitCode = await bench(process.argv.slice(2)).catch((error: unknown) => {
  if (!(error instanceof TuneError)) throw error;
  process.stderr.write(`${formatError(error)}\n`);
  return error.exitCode;
});
