import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { exitCodes, formatError, TuneError } from '../../tuner/errors.ts';
import { bundleScript, mixedProgram } from '../../tuner/load/bundle-script.ts';
import { toolPath } from '../tools/tool-paths.ts';
import { compareClients } from './compare-clients.ts';
import { manyStreams } from './many-streams.ts';
import { readRecording } from './read-recording.ts';
import { formatResults, type Result } from './result.ts';
import { startServer } from './stream-server.ts';
import { buildStreams } from './streams-program.ts';

/** Parts of the benchmark, in the order they run in. */
const parts = ['paced', 'bursts', 'many', 'recording'] as const;
type Part = (typeof parts)[number];

/**
 * `npm run bench:traffic`: what reading streams costs, against programs that do less or the same, all on this machine
 * and in one run, for only ratios of one run mean something.
 */
async function bench(args: readonly string[]): Promise<number> {
  const wanted = wantedParts(args);
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
    writeFileSync(
      scenarios.native,
      await bundleScript(mixedProgram, ['callback', 'environment', 'indexing']),
    );
    writeFileSync(scenarios.callback, await bundleScript(mixedProgram, ['environment', 'indexing']));
    const server = await startServer(program);
    const bench = { k6, scenarios, program, server, folder, signal, note };
    try {
      if (wanted.includes('paced')) results.push(...(await compareClients(bench, 'paced')));
      if (wanted.includes('bursts')) results.push(...(await compareClients(bench, 'bursts')));
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

function wantedParts(args: readonly string[]): readonly Part[] {
  const { positionals } = parseArgs({ args: [...args], allowPositionals: true });
  const unknown = positionals.filter((name) => !parts.includes(name as Part));
  if (unknown.length > 0) {
    throw new TuneError({
      code: 'UNKNOWN_PART',
      message: `there is no part "${unknown[0]}"`,
      why: `the benchmark has the parts ${parts.join(', ')}`,
      next: 'name some of these, or none for all of them',
      exitCode: exitCodes.usage,
    });
  }
  return positionals.length === 0 ? parts : (positionals as Part[]);
}

process.exitCode = await bench(process.argv.slice(2)).catch((error: unknown) => {
  if (!(error instanceof TuneError)) throw error;
  process.stderr.write(`${formatError(error)}\n`);
  return error.exitCode;
});
