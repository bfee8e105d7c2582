/** `evenkeel backup`: a copy of a store as of one moment, whole or not there. */
import { constants, setPriority } from 'node:os';
import { optional, text, UsageError } from '../config/parsers.js';
import { BackupError } from '../store/backup/backup-error.js';
import type { BackupBegin, BackupEnd } from '../store/backup/backup-format.js';
import { BackupReader } from '../store/backup/backup-reader.js';
import { StoreError } from '../store/store.js';
import { adminUrl } from './args/admin-url.js';
import { describeFlags, on, parseCommandLine, unexpected, type Values } from './args/flags.js';
import { tokenFlag } from './args/server-access.js';
import { fromDirectory, fromServer } from './backup/backup-source.js';
import { type BackupPlace, BackupTarget, backupPlace } from './backup/backup-target.js';
import { standardTarget } from './backup/standard-target.js';
import { DataError } from './data/data-error.js';
import { standard } from './data/output-file.js';
import { TransferProgress } from './data/transfer-progress.js';
import { exitCodes } from './exit-codes.js';
import { onInterrupt } from './signals.js';

const flags = {
  to: {
    value: 'PLACE',
    help: 'a file, a directory that exists, or - for standard output',
    ...optional<BackupPlace | typeof standard>((place) =>
      place === standard ? place : backupPlace(place),
    ),
  },
  url: {
    value: 'ADMIN',
    help: 'the admin address of a running server, as serve --admin-port prints it',
    ...optional(adminUrl),
  },
  data: {
    value: 'DIR',
    help: 'or a data directory that no server has open',
    ...optional(text('a data directory')),
  },
  ...tokenFlag,
  json: on('print the result as a line of JSON, for programs'),
};

export const summary = 'back up a store, also while it runs';

export const errors = [BackupError, DataError, StoreError];

export const help = `evenkeel backup: ${summary}

Usage: evenkeel backup --to PLACE (--url ADMIN | --data DIR) [flags]

${describeFlags(flags)}

A backup has all that was acknowledged up to one moment after the command began. It is one file. In
a directory it gets a name by its time, so sorted by name is sorted by time. It is written under
another name, synced, and read back with all its checksums, and only then gets its own. A file of
that name is replaced if it is a backup. Standard output is not read back: see evenkeel check.

A running server gives a backup up after limits.backupMs (10 min), because its data file grows in
that time. It makes one at a time.

evenkeel restore makes a data directory of it, and evenkeel check looks whether it is whole.

Exit codes:
  ${exitCodes.fine}    the backup is there and whole
  ${exitCodes.failed}    it is not: no connection, a damaged record, a full disk
  ${exitCodes.usage}    a wrong command line; nothing was done
  ${exitCodes.interrupted}  Ctrl-C ended it early

Examples:
  evenkeel backup --url http://127.0.0.1:9001 --to /var/backups/evenkeel
  evenkeel backup --url http://127.0.0.1:9001 --token-file admin.token --to now.evenkeel
  evenkeel backup --data /var/lib/evenkeel --to - | ssh backup 'cat > store.evenkeel'
`;

export async function run(args: readonly string[]): Promise<void> {
  const { values, operands } = parseCommandLine(flags, args);
  if (operands.length > 0) throw unexpected(operands[0]);
  const { to, json } = values;
  if (to === undefined)
    throw new UsageError('backup needs --to, a file, a directory or - for standard output');
  if (json && to === standard)
    throw new UsageError('--json prints to standard output, where --to - puts the backup');
  const interrupt = new AbortController();
  const pieces = sourceOf(values, interrupt.signal);
  const progress = new TransferProgress({ doing: 'backed up ' });
  const stopListening = onInterrupt(() => interrupt.abort());
  try {
    summarize(await makeBackup(pieces, to, progress, interrupt.signal), json, progress);
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    progress.say('interrupted; no backup was made');
    process.exitCode = exitCodes.interrupted;
  } finally {
    progress.end();
    stopListening();
  }
}

function sourceOf(
  { url, data, 'token-file': token }: Values<typeof flags>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  if ((url === undefined) === (data === undefined))
    throw new UsageError('give either --url, the admin port of a running server, or --data');
  if (data !== undefined && token !== undefined)
    throw new UsageError('--token-file is for --url, an admin address');
  if (url === undefined) return fromDirectory(data as string);
  // The server is on this machine, and needs the CPUs more.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  return fromServer({ url, token }, signal);
}

interface Made extends BackupBegin, BackupEnd {
  /** Undefined: standard output. */
  readonly file: string | undefined;
}

async function makeBackup(
  pieces: AsyncGenerator<Uint8Array>,
  to: BackupPlace | typeof standard,
  progress: TransferProgress,
  signal: AbortSignal,
): Promise<Made> {
  const target = to === standard ? standardTarget : await BackupTarget.open(to);
  try {
    // All else is checked when the file is read back.
    const reader = new BackupReader(target.written(pieces), { isThorough: to === standard });
    for await (const { entries, bytes } of reader.blocks()) {
      signal.throwIfAborted();
      progress.add(entries.length, bytes);
    }
    const [begin, end] = [reader.begin as BackupBegin, reader.end as BackupEnd];
    const file = await target.finish(begin, end, () => signal.throwIfAborted());
    return { ...begin, ...end, file };
  } finally {
    await target.close();
  }
}

function summarize(made: Made, json: boolean, progress: TransferProgress): void {
  progress.end();
  const { file, entities, bytes, madeAtMs, digest } = made;
  const madeAt = new Date(madeAtMs).toISOString();
  if (json) {
    const result = { file, entities, bytes, madeAt, sha256: digest.toString('hex') };
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return;
  }
  progress.say(`wrote ${file ?? 'standard output'}, as of ${madeAt}: ${progress.text}`);
}
