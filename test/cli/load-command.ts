/** Parses command lines of `evenkeel load` that ask for a run. */
import { expect } from 'vitest';
import { type LoadCommand, parseLoad } from '#dist/cli/load/options-from-flags.js';

export const url = 'http://127.0.0.1:8080';

export function parse(...args: string[]): LoadCommand {
  const command = parseLoad(args);
  if (typeof command === 'string') return expect.fail(`asked for ${command}`);
  return command;
}

export const optionsOf = (...args: string[]) => parse(...args).options;

/** What is wrong with a command line, in the words of the one line that the user gets. */
export function complaint(args: readonly string[]): string {
  try {
    parseLoad(args);
  } catch (error) {
    expect(error).toHaveProperty('name', 'UsageError');
    expect((error as Error).message).not.toMatch(/[\n\r]/);
    return (error as Error).message;
  }
  return expect.fail(`took ${args.join(' ')}`);
}

/** The arguments of a run of the plain request. */
export const run = (...args: string[]) => ['-R1', ...args, url];
