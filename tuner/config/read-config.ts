import { existsSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { type Config, configSchema, type Target } from '../contracts/config.ts';
import { type Profile, profileSchema } from '../contracts/profile.ts';
import { exitCodes, TuneError } from '../errors.ts';
import { builtInProfiles } from './built-in-profiles.ts';
import { defaultConfigFile } from './default-config-file.ts';
import { didYouMean } from './nearest-name.ts';
import { readYamlFile } from './read-yaml.ts';

/** The target every config has: a cluster of its own on this machine. */
export const sandboxTargetName = 'sandbox';

export interface LoadedConfig extends Config {
  /** null: no file, defaults only. */
  readonly file: string | null;
}

/**
 * The configuration in `file`, or in ./tune.yaml where there is one, or the defaults.
 *
 * @throws TuneError with every mistake at once, exit 2
 */
export function readConfig(file: string | undefined, workingFolder: string): LoadedConfig {
  const path = resolve(workingFolder, file ?? defaultConfigFile);
  if (file === undefined && !existsSync(path)) return { ...configSchema.parse({}), file: null };
  const config = readYamlFile(
    path,
    configSchema,
    'mend the lines above (README, "tune.yaml"), then run the command again',
  );
  if (sandboxTargetName in config.targets) {
    throw new TuneError({
      code: 'RESERVED_TARGET',
      message: `${path}: targets.${sandboxTargetName} is defined, but that name is built in`,
      why: 'the sandbox is a cluster that is started for the run, so its address is not yours to set',
      next: `give the target in ${path} another name`,
      exitCode: exitCodes.usage,
    });
  }
  return { ...config, file: path };
}

/** @throws TuneError UNKNOWN_TARGET, exit 2, naming the targets there are */
export function findTarget(config: LoadedConfig, name: string): Target {
  const target = config.targets[name];
  if (target) return withResolvedPaths(target, config.file);
  const names = [sandboxTargetName, ...Object.keys(config.targets)];
  throw new TuneError({
    code: 'UNKNOWN_TARGET',
    message: `no target is named "${name}"`,
    why: `${config.file ?? `there is no ${defaultConfigFile} here, so`} ${config.file ? 'names' : 'there are'} only: ${names.join(', ')}`,
    next: `${didYouMean(name, names)}add it under targets in ${defaultConfigFile} (README, "tune.yaml")`,
    exitCode: exitCodes.usage,
  });
}

/** A profile by name, or from a YAML file when the name looks like a path. */
export function findProfile(config: LoadedConfig, name: string, workingFolder: string): Profile {
  if (/[/\\]|\.ya?ml$/.test(name)) {
    const file = resolve(workingFolder, name);
    const next = 'mend the profile file, then run the command again';
    return withFilesBeside(readYamlFile(file, profileSchema, next), file);
  }
  const profiles: Record<string, Profile> = { ...builtInProfiles, ...config.profiles };
  const profile = profiles[name];
  if (profile) return config.file === null ? profile : withFilesBeside(profile, config.file);
  const names = Object.keys(profiles);
  throw new TuneError({
    code: 'UNKNOWN_PROFILE',
    message: `no profile is named "${name}"`,
    why: `profiles there are: ${names.join(', ')}`,
    next: `${didYouMean(name, names)}or name a profile file ending in .yaml`,
    exitCode: exitCodes.usage,
  });
}

function withResolvedPaths(target: Target, file: string | null): Target {
  if (target.kubeconfig === undefined || file === null) return target;
  return { ...target, kubeconfig: pathBeside(file, target.kubeconfig) };
}

/** The files that a profile names, as absolute paths. */
function withFilesBeside(profile: Profile, file: string): Profile {
  const { chat, workflow, indexing, shape } = profile;
  const resolved = <T extends Profile['indexing'] | Profile['workflow']>(options: T): T => ({
    ...options,
    ...(options.promptFile === undefined ? {} : { promptFile: pathBeside(file, options.promptFile) }),
    ...(options.dataFile === undefined ? {} : { dataFile: pathBeside(file, options.dataFile) }),
  });
  const replay = shape?.replay;
  return {
    ...profile,
    ...(replay === undefined
      ? {}
      : { shape: { replay: { ...replay, traceFile: pathBeside(file, replay.traceFile) } } }),
    chat: resolved(chat),
    workflow: resolved(workflow),
    indexing: resolved(indexing),
  };
}

/** A path in a file is relative to that file, with `~` for the home folder. */
function pathBeside(file: string, path: string): string {
  const expanded = path.replace(/^~(?=\/)/, process.env.HOME ?? '~');
  return isAbsolute(expanded) ? expanded : resolve(dirname(file), expanded);
}
