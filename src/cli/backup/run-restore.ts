/** Runs `evenkeel restore`: makes a data directory of a backup. */
import { UsageError } from '../../config/parsers.js';
import { BackupError } from '../../store/backup/backup-error.js';
import type { BackupBegin } from '../../store/backup/backup-format.js';
import { BackupReader } from '../../store/backup/backup-reader.js';
import { restoreDirectory } from '../../store/lmdb/backup/restore.js';
import { parseCommandLine, unexpected } from '../args/flags.js';
import { readPieces } from '../data/input-file.js';
import { nameOf } from '../data/output-file.js';
import { TransferProgress } from '../data/transfer-progress.js';
import { exitCodes } from '../exit-codes.js';
import { onInterrupt } from '../signals.js';
import { restoreFlags } from './backup-flags.js';

export async function restoreBy(args: readonly string[]): Promise<void> {
  const { values, operands } = parseCommandLine(restoreFlags, args);
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
