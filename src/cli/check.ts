/** `evenkeel check`: its help. The rest is in backup/run-check.ts, imported when it runs. */
import { BackupError } from '../store/backup/backup-error.js';
import { StoreError } from '../store/store.js';
import { describeFlags } from './args/flags.js';
import { checkFlags } from './backup/backup-flags.js';
import { DataError } from './data/data-error.js';
import { exitCodes } from './exit-codes.js';

export const summary = 'look whether a store or a backup is whole';

export const errors = [BackupError, DataError, StoreError];

export const flags = checkFlags;

export const help = `evenkeel check: ${summary}

Usage: evenkeel check PLACE [flags]

${describeFlags(checkFlags)}

PLACE is a data directory that no server has open, a backup, or - for a backup on standard input.
Nothing is changed. In a directory it reads each page of the data file: both trees, the checksum of
each record, the expiry index, the free pages; and the journal, if a server left one. In a backup it
reads each block and its checksum, each record, the counts and the SHA-256.

What is damaged is told with file, offset and key, as far as they are known. The SHA-256 is of all
entities. A backup has that of the store at its moment, and so has a store that was made of it.

Exit codes:
  ${exitCodes.fine}    whole
  ${exitCodes.failed}    it can't be read, or a server has it open
  ${exitCodes.usage}    a wrong command line
  ${exitCodes.damaged}    damaged

Examples:
  evenkeel check /var/lib/evenkeel
  evenkeel check --json now.evenkeel
`;

export async function run(args: readonly string[]): Promise<void> {
  const { checkBy } = await import('./backup/run-check.js');
  await checkBy(args);
}
