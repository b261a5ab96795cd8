import { exitCodes, TuneError } from '../../tuner/errors.ts';

export function alreadyUp(name: string, folder: string): TuneError {
  return new TuneError({
    code: 'SANDBOX_ALREADY_UP',
    message: `the sandbox "${name}" is up already`,
    why: `its supervisor runs in ${folder}, and one folder holds one sandbox`,
    next: `use it (\`tune sandbox status --name ${name}\`), end it (\`tune sandbox down --name ${name}\`), or choose another --name`,
    exitCode: exitCodes.usage,
  });
}
