import type { Command } from 'commander';

/**
 * The flags of a command. The program has some of the same names, and commander takes those for the program's wherever
 * they stand; what was written goes before every default, that of the command before those of the program.
 */
export function givenFlags<Flags extends object>(command: Command): Flags {
  const flags: Record<string, unknown> = command.opts();
  for (let parent = command.parent; parent !== null; parent = parent.parent) {
    for (const [name, value] of Object.entries(parent.opts())) {
      if (!(name in flags) || parent.getOptionValueSource(name) === 'cli') flags[name] = value;
    }
  }
  return flags as Flags;
}
