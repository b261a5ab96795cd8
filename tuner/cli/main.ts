#!/usr/bin/env node
import { exitCodes } from '../errors.ts';
import { interruptSignal } from './interrupt.ts';
import { runCommandLine } from './run-command-line.ts';

interruptSignal();
const failed = await runCommandLine(process.argv.slice(2));
// Watches and keep-alive sockets of a command that failed must not hold the process.
process.exit(failed ?? process.exitCode ?? exitCodes.done);
