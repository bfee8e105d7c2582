/** Runs `evenkeel compact`: rewrites the data file of a store without its free pages. */
import { UsageError } from '../../config/parsers.js';
import { compactDirectory } from '../../store/lmdb/backup/compact.js';
import { parseCommandLine } from '../args/flags.js';
import { TransferProgress } from '../data/transfer-progress.js';
import { exitCodes } from '../exit-codes.js';
import { onInterrupt } from '../signals.js';
import { compactFlags } from './backup-flags.js';

export async function compactBy(args: readonly string[]): Promise<void> {
  const { values, operands } = parseCommandLine(compactFlags, args);
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
