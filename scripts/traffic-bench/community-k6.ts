import { execa } from 'execa';
import { exitCodes, TuneError } from '../../tuner/errors.ts';

/**
 * @throws TuneError where the file is no k6 that has the community's k6/x/sse: a benchmark of anything else under that name
 *   would be believed
 */
export async function checkCommunityK6(file: string): Promise<void> {
  const { stdout, failed, shortMessage } = await execa(file, ['version'], { reject: false, timeout: 30_000 });
  const why = failed
    ? (shortMessage ?? 'it ended with an error')
    : stdout.includes('phymbert/xk6-sse')
      ? null
      : `its version names no github.com/phymbert/xk6-sse: ${stdout.trim().split('\n').join('; ')}`;
  if (why === null) return;
  throw new TuneError({
    code: 'NO_COMMUNITY_K6',
    message: `--community-k6 ${file} is no k6 with the community extension`,
    why,
    next: 'build one: docs/traffic.md, "What it costs"',
    exitCode: exitCodes.usage,
  });
}
