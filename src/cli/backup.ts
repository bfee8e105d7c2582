/** `evenkeel backup`: its help. The rest is in backup/run-backup.ts, imported when it runs. */
import { BackupError } from '../store/backup/backup-error.js';
import { StoreError } from '../store/store.js';
import { describeFlags } from './args/flags.js';
import { backupFlags } from './backup/backup-flags.js';
import { DataError } from './data/data-error.js';
import { exitCodes } from './exit-codes.js';

export const summary = 'back up a store, also while it runs';

export const errors = [BackupError, DataError, StoreError];

export const flags = backupFlags;

export const help = `evenkeel backup: ${summary}

Usage: evenkeel backup --to PLACE (--url ADMIN | --data DIR) [flags]

${describeFlags(backupFlags)}

A backup has all that was acknowledged up to one moment after the command began. It is one file. In
a directory it gets a name by its time, so sorted by name is sorted by time. A directory that is not
there is made, in one that is. A backup is written under another name, synced, and read back with
all its checksums, and only then gets its own. A file of that name is replaced if it is a backup.
Standard output is not read back: see evenkeel check.

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
  const { makeBackupBy } = await import('./backup/run-backup.js');
  await makeBackupBy(args);
}
