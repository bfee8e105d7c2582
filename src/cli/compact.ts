/** `evenkeel compact`: its help. The rest is in backup/run-compact.ts, imported when it runs. */
import { BackupError } from '../store/backup/backup-error.js';
import { StoreError } from '../store/store.js';
import { describeFlags } from './args/flags.js';
import { compactFlags } from './backup/backup-flags.js';
import { DataError } from './data/data-error.js';
import { exitCodes } from './exit-codes.js';

export const summary = 'give the free space in a data file back to the disk';

export const errors = [BackupError, DataError, StoreError];

export const flags = compactFlags;

export const help = `evenkeel compact: ${summary}

Usage: evenkeel compact DIR [flags]

${describeFlags(compactFlags)}

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
  const { compactBy } = await import('./backup/run-compact.js');
  await compactBy(args);
}
