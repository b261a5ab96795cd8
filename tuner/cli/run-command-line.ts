import { Command, CommanderError } from 'commander';
import { didYouMean } from '../config/nearest-name.ts';
import { type ExitCode, exitCodes, formatError, TuneError } from '../errors.ts';
import { registerInit } from './init.ts';
import { registerLoad } from './load.ts';
import { registerOverlay } from './overlay.ts';
import { registerRecommend } from './recommend.ts';
import { registerReplayHpa } from './replay-hpa.ts';
import { registerReport } from './report.ts';
import { registerSandbox } from './sandbox.ts';
import { registerSimulate } from './simulate.ts';
import { toolVersion } from './tool-version.ts';
import { registerTune } from './tune.ts';

/**
 * Runs what the words behind `tune` ask for; results go to stdout, errors in the form of every TuneError to stderr.
 *
 * @returns exit code of the error; null: none was thrown, and the command has set process.exitCode where it is not 0
 */
export async function runCommandLine(words: readonly string[]): Promise<ExitCode | null> {
  const program = makeProgram();
  try {
    await program.parseAsync([...words], { from: 'user' });
    return null;
  } catch (error) {
    return report(error, program);
  }
}

function makeProgram(): Command {
  const program = new Command('tune')
    .description('Load tests a Dify on Kubernetes and recommends its autoscaling settings.')
    .version(toolVersion())
    .option('--verbose', 'show stack traces and debug lines')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  for (const register of [
    registerTune,
    registerInit,
    registerLoad,
    registerRecommend,
    registerSimulate,
    registerOverlay,
    registerReport,
    registerSandbox,
    registerReplayHpa,
  ]) {
    register(program);
  }
  return program;
}

function report(error: unknown, program: Command): ExitCode {
  if (error instanceof CommanderError) return reportUsage(error, program);
  if (error instanceof TuneError) {
    process.stderr.write(`${formatError(error)}\n`);
    if (program.opts<{ verbose?: boolean }>().verbose) process.stderr.write(`${error.stack}\n`);
    return error.exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(
    `error BUG: ${text}\n  why:  this is a mistake in tune, not in what you did\n  next: report it with the lines above and run.json of the run folder\n`,
  );
  return exitCodes.bug;
}

function reportUsage(error: CommanderError, program: Command): ExitCode {
  if (error.exitCode === 0) return exitCodes.done;
  const [message = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const suggestion = rest.join(' ').trim();
  if (error.code === 'commander.excessArguments' && program.args[0] !== undefined) {
    return unknownCommand(program.args[0], program);
  }
  const usage = new TuneError({
    code: 'USAGE',
    message: error.code === 'commander.help' ? 'a command is missing behind the last word' : message,
    why: suggestion === '' ? 'the command line was not understood, so nothing was started' : suggestion,
    next: 'see what there is: tune --help, or tune <command> --help',
    exitCode: exitCodes.usage,
  });
  process.stderr.write(`${formatError(usage)}\n`);
  return usage.exitCode;
}

function unknownCommand(name: string, program: Command): ExitCode {
  const names = program.commands.map((command) => command.name());
  const error = new TuneError({
    code: 'USAGE',
    message: `there is no command "${name}"`,
    why: `commands are: ${names.join(', ')}`,
    next: `${didYouMean(name, names)}see tune --help`,
    exitCode: exitCodes.usage,
  });
  process.stderr.write(`${formatError(error)}\n`);
  return error.exitCode;
}
