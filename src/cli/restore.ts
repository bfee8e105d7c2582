/** `evenkeel restore`: its help. The rest is in backup/run-restore.ts, imported when it runs. */
import { BackupError } from '../store/backup/backup-error.js';
import { StoreError } from '../store/store.js';
import { describeFlags } from './args/flags.js';
import { restoreFlags } from './backup/backup-flags.js';
import { DataError } from './data/data-error.js';
import { exitCodes } from './exit-codes.js';

export const summary = 'make a data directory of a backup';

export const errors = [BackupError, DataError, StoreError];

export const flags = restoreFlags;

export const help = `evenkeel restore: ${summary}

Usage: evenkeel restore --from FILE --data DIR [flags]

${describeFlags(restoreFlags)}

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
  const { restoreBy } = await import('./backup/run-restore.js');
  await restoreBy(args);
}
