/** `evenkeel copy`: all entities of one store to another, whatever their engines. */
import { clusterSettings } from '../config/cluster-settings.js';
import { oneOf, optional, text, UsageError } from '../config/parsers.js';
import { readSetting } from '../config/read-settings.js';
import type { ClusterAccess } from '../store/open.js';
import { StoreError } from '../store/store.js';
import { clusterAccess } from './args/cluster-access.js';
import { outputFile } from './args/files.js';
import { describeGroups, on, parseCommandLine, unexpected } from './args/flags.js';
import { DataError } from './data/data-error.js';
import { keyFromText, shellWord, textOfKey } from './data/key-text.js';
import { exitCodes } from './exit-codes.js';
import { onInterrupt } from './signals.js';

const location = text('a data directory, or a URL such as cassandra://10.0.0.1/evenkeel?dc=dc1');

const copyFlags = {
  from: { value: 'STORE', help: 'the store to read', ...optional(location) },
  to: { value: 'STORE', help: 'the store to write; all that it has stays', ...optional(location) },
  state: {
    value: 'FILE',
    help: 'keep in FILE how far it is, and go on from there',
    ...optional(outputFile),
  },
  after: { value: 'KEY', help: 'go on behind this key', ...optional(keyFromText) },
  only: {
    value: 'PASS',
    help: 'one of the two passes: copy or compare (both)',
    ...optional(oneOf('copy', 'compare')),
  },
  json: on('print the result as a line of JSON, for programs'),
};

const { store: _, ...accessFlags } = clusterSettings;

const [copyHelp, accessHelp] = describeGroups(copyFlags, accessFlags);

export const summary = 'copy all entities of a store to another';

export const errors = [DataError, StoreError];

export const flags = { ...copyFlags, ...accessFlags };

export const help = `evenkeel copy: ${summary}

Usage: evenkeel copy --from STORE --to STORE [flags]

${copyHelp}

If a STORE is a cluster:
${accessHelp}

A STORE is a data directory, or the URL of a Cassandra cluster as evenkeel serve --store takes it. A
server that has the directory open has to be stopped first. Versions, times of expiry and fields are
copied with the values. Of two entities with one key the later version stays, in each store.

A second pass then compares the stores: each entity of --from with its version, time of expiry,
fields and value. Entities that --to has alone, or in a later version, are counted, and are right. A
damaged record is named, and all others are copied.

If the copy has to stop, it says how to go on. It may always be repeated from the beginning: that
stores the same again. With --state, the same command goes on by itself, even after a kill -9. In a
KEY, %25 is a percent sign, and %FF any byte.

Exit codes:
  ${exitCodes.fine}    each entity is in --to, and equal or newer there
  ${exitCodes.failed}    an entity is damaged, missing or different, or a store can't be used
  ${exitCodes.usage}    a wrong command line; nothing was done
  ${exitCodes.interrupted}  Ctrl-C ended it early

Examples:
  evenkeel copy --from ./data --to 'cassandra://10.0.0.1,10.0.0.2/evenkeel?dc=dc1'
  evenkeel copy --from 'cassandra://10.0.0.1/evenkeel?dc=dc1' --to ./data --state copy.state
  evenkeel copy --from ./data --to /backup/data --only compare
`;

export async function run(args: readonly string[]): Promise<void> {
  const { values, operands } = parseCommandLine(flags, args);
  if (operands.length > 0) throw unexpected(operands[0]);
  const { from, to, only, json, after } = values;
  if (from === undefined || to === undefined)
    throw new UsageError('copy needs --from and --to: data directories, or cassandra: URLs');
  const { openStores, wholeLocation } = await import('./copy/stores.js');
  const ends = { from: wholeLocation(from), to: wholeLocation(to) };
  if (ends.from === ends.to) throw new UsageError(`--from and --to are the same store, ${from}`);
  if (values.state !== undefined && after !== undefined)
    throw new UsageError('--state and --after both say where to go on; give one');
  const access = accessOf(values);
  const { CopyState } = await import('./copy/copy-state.js');
  const state = values.state === undefined ? undefined : new CopyState(values.state, ends);
  const { CopyRun } = await import('./copy/copy-run.js');
  const interrupt = new AbortController();
  const stopListening = onInterrupt(() => interrupt.abort());
  const copy = new CopyRun({ only, state, signal: interrupt.signal });
  try {
    const begin = (await state?.read()) ?? after;
    const stores = await openStores({ from, to }, access, (message) => copy.say(message));
    try {
      await copy.run(stores, begin);
    } finally {
      await stores.close();
    }
    copy.summarize(json);
    if (!copy.isRight) process.exitCode = exitCodes.failed;
  } catch (error) {
    const isInterrupted = interrupt.signal.aborted;
    if (!isInterrupted && !(error instanceof DataError || error instanceof StoreError)) throw error;
    const reason = isInterrupted ? 'interrupted' : (error as Error).message;
    const again = ['evenkeel copy --from', shellWord(from), '--to', shellWord(to)];
    if (values.state !== undefined) again.push('--state', shellWord(values.state));
    else if (copy.last) again.push('--after', textOfKey(copy.last));
    copy.say(copy.last ? `${reason}; to go on: ${again.join(' ')}` : reason);
    process.exitCode = isInterrupted ? exitCodes.interrupted : exitCodes.failed;
  } finally {
    stopListening();
    copy.end();
  }
}

function accessOf(values: Readonly<Record<keyof typeof accessFlags, string | undefined>>) {
  const given = new Map<string, string>();
  for (const name of Object.keys(accessFlags) as (keyof typeof accessFlags)[])
    if (values[name] !== undefined) given.set(name, values[name]);
  const read = (name: keyof typeof accessFlags) =>
    readSetting(name, accessFlags[name], given, process.env).value as string | undefined;
  return clusterAccess({
    user: read('cassandra-user'),
    passwordFile: read('cassandra-password-file'),
    caFile: read('cassandra-ca'),
  }) satisfies ClusterAccess;
}
