/** `evenkeel profile cpu` and `alloc`: samples a process, says what was sampled, writes files. */
import { UsageError } from '../../config/parsers.js';
import { type Kind, kinds } from '../../lab/profile/kinds.js';
import { parseCommandLine, unexpected } from '../args/flags.js';
import { exitCodes } from '../exit-codes.js';
import { onInterrupt } from '../signals.js';
import { type Output, takeFlags } from './profile-flags.js';
import { writeProfile } from './profile-output.js';
import { takenFrom } from './profile-sources.js';
import { describeProfile } from './profile-text.js';

/** @throws UsageError, ProfileError, OutputError */
export async function take(action: 'cpu' | 'alloc', args: readonly string[]): Promise<void> {
  const { values, operands } = parseCommandLine(takeFlags, args);
  if (operands.length > 0) throw unexpected(operands[0]);
  const { native, 'heap-growth': isGrowth, 'no-source-maps': withoutMaps } = values;
  if (native && action !== 'cpu')
    throw new UsageError('--native is for profile cpu: perf sees no allocations');
  if (isGrowth && action !== 'alloc')
    throw new UsageError('--heap-growth is for profile alloc: it tells which allocations stay');
  const kind: Kind = isGrowth ? 'growth' : action;
  const outputs = outputsFor(action, kind, values.output);
  const interruption = new AbortController();
  const { signal } = interruption;
  const leaving: (() => Promise<unknown>)[] = [];
  const stopListening = onInterrupt(
    () => interruption.abort(),
    () => Promise.all(leaving.map((leave) => leave())),
  );
  const onTouch = (leave: () => Promise<unknown>) => void leaving.push(leave);
  const how = { kind, signal, onTouch, withMaps: !withoutMaps, ...values };
  const taken = await takenFrom(how).finally(stopListening);
  if (signal.aborted) process.exitCode = exitCodes.interrupted;
  if (taken === undefined) return;
  const { profile, raw, who } = taken;
  for (const note of profile.notes ?? []) process.stderr.write(`evenkeel: note: ${note}\n`);
  const facts = describeProfile(profile, who);
  for (const line of facts) process.stdout.write(`${line}\n`);
  for (const output of outputs) {
    await writeProfile(output, profile, { title: `${kinds[kind].title}, ${who}`, facts, raw });
    process.stdout.write(`Wrote ${output.file}\n`);
  }
}

function outputsFor(
  action: 'cpu' | 'alloc',
  kind: Kind,
  given: readonly Output[],
): readonly Output[] {
  for (const { file, only } of given)
    if (only !== undefined && only !== action)
      throw new UsageError(`-o ${file} is for profile ${only}; profile ${action} does not know it`);
  const name = kind === 'growth' ? 'heap-growth' : kind;
  return given.length > 0 ? given : [{ file: `${name}.svg`, format: 'svg', only: undefined }];
}
