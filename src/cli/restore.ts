/** `evenkeel restore`: makes a data directory of a backup. */
import { optional, text, UsageError } from '../config/parsers.js';
import { BackupError } from '../store/backup/backup-error.js';
import type { BackupBegin } from '../store/backup/backup-format.js';
import { BackupReader } from '../store/backup/backup-reader.js';
import { restoreDirectory } from '../store/lmdb/backup/restore.js';
import { StoreError } from '../store/store.js';
import { inputFile } from './args/files.js';
import { describeFlags, on, parseCommandLine, unexpected } from './args/flags.js';
import { DataError } from './data/data-error.js';
import { readPieces } from './data/input-file.js';
import { nameOf, standard } from './data/output-file.js';
import { TransferProgress } from './data/transfer-progress.js';
import { exitCodes } from './exit-codes.js';
import { onInterrupt } from './signals.js';

const flags = {
  from: {
    value: 'FILE',
    help: 'a backup, or - for standard input',
    ...optional((file) => (file === standard ? file : inputFile(file))),
  },
  data: {
    value: 'DIR',
    help: 'the data directory to make; it may be there, without a store in it',
    ...optional(text('a data directory')),
  },
  replace: on('replace the store that is in DIR; what it has is lost'),
  json: on('print the result as a line of JSON, for programs'),
};

export const summary = 'make a data directory of a backup';

export const errors = [BackupError, DataError, StoreError];

export const help = `evenkeel restore: ${summary}

Usage: evenkeel restore --from FILE --data DIR [flags]

${describeFlags(flags)}

The store is compared with the backup before it gets its name: each entity, by checksums. A backup
that is damaged, or not whole, leaves the directory as it was, and so does a command that is killed.
Versions, times of expiry and fields are those of the backup.

Exit codes:
  ${exitCodes.fine}    the store is there, equal to the backup
  ${exitCodes.failed}    it is not: there is a store already, a full disk, or no backup
  ${exitCodes.usage}    a wrong command line; nothing was done
  ${exitCodes.damaged}    the backup is damaged
  ${exitCodes.interrupted}  Ctrl-C ended it early

Examples:
  evenkeel restore --from now.evenkeel --data /var/lib/evenkeel
  ssh backup cat store.evenkeel | evenkeel restore --from - --data ./data
`;

export async function run(args: readonly string[]): Promise<void> {
  const { values, operands } = parseCommandLine(flags, args);
  if (operands.length > 0) throw unexpected(operands[0]);
  const { from, data, replace, json } = values;
  if (from === undefined || data === undefined)
    throw new UsageError('restore needs --from, a backup, and --data, the directory to make');
  const interrupt = new AbortController();
  const { signal } = interrupt;
  const stopListening = onInterrupt(() => interrupt.abort());
  const progress = new TransferProgress({ doing: 'restored ' });
  try {
    const reader = new BackupReader(readPieces(from));
    const { entities, bytes, digest } = await restoreDirectory(reader, {
      directory: data,
      isReplacing: replace,
      onStored: (count, length) => {
        signal.throwIfAborted();
        progress.add(count, length);
      },
      onChecked: () => signal.throwIfAborted(),
    });
    const madeAt = new Date((reader.begin as BackupBegin).madeAtMs).toISOString();
    progress.end();
    if (json) {
      const result = { data, entities, bytes, madeAt, sha256: digest.toString('hex') };
      process.stdout.write(`${JSON.stringify(result)}\n`);
    } else progress.say(`restored ${data}, as of ${madeAt}: ${progress.text}`);
  } catch (error) {
    if (signal.aborted) {
      progress.say(`interrupted; ${data} is as it was`);
      process.exitCode = exitCodes.interrupted;
    } else if (error instanceof BackupError && error.code === 'damaged') {
      progress.say(`${nameOf(from)} can't be restored: ${error.message}`);
      process.exitCode = exitCodes.damaged;
    } else throw error;
  } finally {
    progress.end();
    stopListening();
  }
}
