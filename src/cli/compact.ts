/** `evenkeel compact`: rewrites the data file of a store without its free pages. */
import { UsageError } from '../config/parsers.js';
import { BackupError } from '../store/backup/backup-error.js';
import { compactDirectory } from '../store/lmdb/backup/compact.js';
import { StoreError } from '../store/store.js';
import { describeFlags, on, parseCommandLine } from './args/flags.js';
import { DataError } from './data/data-error.js';
import { TransferProgress } from './data/transfer-progress.js';
import { exitCodes } from './exit-codes.js';
import { onInterrupt } from './signals.js';

const flags = {
  json: on('print the result as a line of JSON, for programs'),
};

export const summary = 'give the free space in a data file back to the disk';

export const errors = [BackupError, DataError, StoreError];

export const help = `evenkeel compact: ${summary}

Usage: evenkeel compact DIR [flags]

${describeFlags(flags)}

DIR is a data directory that no server has open. The data file never shrinks while a server runs. A
new one is written next to it, which takes as much space as it will have. It is compared with the
old one, entity by entity, and takes its place at once. A command that is killed leaves the old one.

Exit codes:
  ${exitCodes.fine}    the data file is compact
  ${exitCodes.failed}    it is as it was: a server has it open, a damaged record, a full disk
  ${exitCodes.usage}    a wrong command line; nothing was done
  ${exitCodes.interrupted}  Ctrl-C ended it early; the data file is as it was

Examples:
  evenkeel compact /var/lib/evenkeel
`;

export async function run(args: readonly string[]): Promise<void> {
  const { values, operands } = parseCommandLine(flags, args);
  const [directory, ...more] = operands;
  if (directory === undefined || more.length > 0)
    throw new UsageError(`compact takes one data directory, got ${operands.length}`);
  const interrupt = new AbortController();
  const { signal } = interrupt;
  const stopListening = onInterrupt(() => interrupt.abort());
  const progress = new TransferProgress({ doing: 'rewrote ' });
  try {
    const { entities, bytes, digest, bytesBefore, bytesAfter } = await compactDirectory(directory, {
      onStored: (count, length) => {
        signal.throwIfAborted();
        progress.add(count, length);
      },
      onChecked: () => signal.throwIfAborted(),
    });
    progress.end();
    if (values.json) {
      const sha256 = digest.toString('hex');
      const result = { data: directory, entities, bytes, bytesBefore, bytesAfter, sha256 };
      process.stdout.write(`${JSON.stringify(result)}\n`);
    } else {
      const sizes = `${mebibytes(bytesBefore)} to ${mebibytes(bytesAfter)} MiB`;
      progress.say(`compacted ${directory} from ${sizes}: ${progress.text}`);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    progress.say(`interrupted; ${directory} is as it was`);
    process.exitCode = exitCodes.interrupted;
  } finally {
    progress.end();
    stopListening();
  }
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
