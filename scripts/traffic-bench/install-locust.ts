import { join } from 'node:path';
import { execa } from 'execa';

const version = '2.47.0';

/** Locust in a virtual environment below the folder, or the reason why there is none. */
export async function installLocust(
  below: string,
  signal: AbortSignal,
): Promise<{ command: string } | { missing: string }> {
  const folder = join(below, 'locust');
  const options = { reject: false, cancelSignal: signal, timeout: 240_000 } as const;
  const made = await execa('python3', ['-m', 'venv', folder], options);
  if (made.failed)
    return { missing: `python3 -m venv failed: ${firstLine(made.stderr || made.shortMessage)}` };
  const pip = await execa(
    join(folder, 'bin', 'pip'),
    ['install', '--quiet', '--disable-pip-version-check', `locust==${version}`],
    options,
  );
  if (pip.failed) return { missing: `pip could not install locust ${version}: ${firstLine(pip.stderr)}` };
  return { command: join(folder, 'bin', 'locust') };
}

function firstLine(text: string | undefined): string {
  return (text ?? '').trim().split('\n').at(-1)?.slice(0, 200) ?? '';
}
