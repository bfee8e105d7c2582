/** Standard output as the target of a backup. It is checked on its way, and can't be read back. */
import { DataError } from '../data/data-error.js';
import type { BackupTarget } from './backup-target.js';

type Target = Pick<BackupTarget, 'written' | 'close'> & {
  finish(...given: Parameters<BackupTarget['finish']>): Promise<undefined>;
};

export const standardTarget: Target = {
  async *written(pieces) {
    for await (const piece of pieces) {
      await new Promise<void>((resolve, reject) => {
        process.stdout.write(piece, (error) => (error ? reject(refused(error)) : resolve()));
      });
      yield piece;
    }
  },
  finish: async () => undefined,
  close: async () => {},
};

function refused(cause: Error): DataError {
  return new DataError(`can't write standard output: ${cause.message}`, { cause });
}
