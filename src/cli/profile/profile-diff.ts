/** `evenkeel profile diff`: what changed between two profiles, as a flame graph. */
import { readFileSync } from 'node:fs';
import { UsageError } from '../../config/parsers.js';
import { readProfile } from '../../lab/profile/convert/profile-json.js';
import { diffProfiles } from '../../lab/profile/diff/diff.js';
import { renderDiffFlameGraph } from '../../lab/profile/diff/diff-graph.js';
import type { Profile } from '../../lab/profile/profile.js';
import { inputOperand, writeOutput } from '../args/files.js';
import { parseCommandLine } from '../args/flags.js';
import { diffFlags } from './profile-flags.js';

/** @throws UsageError, ProfileError, OutputError */
export function diff(args: readonly string[]): void {
  const { values, operands } = parseCommandLine(diffFlags, args);
  const [before, after, ...more] = operands;
  if (before === undefined || after === undefined || more.length > 0)
    throw new UsageError(`profile diff takes two files, BEFORE and AFTER, got ${operands.length}`);
  parseCommandLine(diffFlags, ['-o', values.output]); // A default has not been checked yet.
  const [first, second] = [read(before), read(after)];
  if (first.kind !== second.kind)
    throw new UsageError(
      `${before} is a profile of ${first.kind}, and ${after} is one of ${second.kind}`,
    );
  const title = `${before} → ${after}`;
  writeOutput(values.output, renderDiffFlameGraph(diffProfiles(first, second), { title }));
  process.stdout.write(`Wrote ${values.output}\n`);
}

/** @throws UsageError, ProfileError */
function read(file: string): Profile {
  return readProfile(readFileSync(inputOperand('profile diff', file), 'utf8'), file);
}
