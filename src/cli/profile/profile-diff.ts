/** `evenkeel profile diff`: what changed between two profiles, as a flame graph. */
import { readFileSync } from 'node:fs';
import { readProfile } from '../../lab/profile/convert/profile-json.js';
import type { Profile } from '../../lab/profile/profile.js';
import { inputFile, outputFile, writeOutput } from '../args/files.js';
import { parseCommandLine, UsageError } from '../args/flags.js';
import { differenceOf } from './profile-pictures.js';

export const diffFlags = {
  output: {
    short: 'o',
    value: 'FILE',
    help: 'the flame graph to write, .svg',
    defaultText: 'diff.svg',
    parse: (text: string) => {
      if (!text.endsWith('.svg')) throw new UsageError('a name that ends in .svg');
      return outputFile(text);
    },
    fallback: 'diff.svg',
  },
};

/** @throws UsageError, ProfileError, OutputError */
export async function diff(args: readonly string[]): Promise<void> {
  const { values, operands } = parseCommandLine(diffFlags, args);
  const [before, after, ...more] = operands;
  if (before === undefined || after === undefined || more.length > 0)
    throw new UsageError(`profile diff takes two files, BEFORE and AFTER, got ${operands.length}`);
  const [first, second] = [read(before), read(after)];
  if (first.kind !== second.kind)
    throw new UsageError(
      `${before} is a profile of ${first.kind}, ${after} of ${second.kind}: they do not compare`,
    );
  writeOutput(values.output, await differenceOf(first, second, `${before} → ${after}`));
  process.stdout.write(`Wrote ${values.output}\n`);
}

function read(file: string): Profile {
  return readProfile(readFileSync(named(file), 'utf8'), file);
}

/** @throws UsageError */
function named(file: string): string {
  try {
    return inputFile(file);
  } catch (error) {
    throw new UsageError(`profile diff takes ${(error as Error).message}, got '${file}'`);
  }
}
