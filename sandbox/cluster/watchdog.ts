/**
 * Ends a sandbox whose supervisor is gone, also by kill -9.
 *
 * Its stdin is a pipe only the supervisor holds the other end of: the kernel closes it when the supervisor ends.
 * The supervisor in turn watches this process; only if both are killed at the same moment is the rest left to the
 * next `up`, `down` or `status`.
 */
import { tearDown } from './tear-down.ts';

const folder = process.argv[2];
if (folder === undefined) throw new Error('usage: watchdog.ts FOLDER');

process.stdin.resume();
process.stdin.once('end', async () => {
  await tearDown(folder, 'its supervisor was killed');
  process.exit(0);
});
