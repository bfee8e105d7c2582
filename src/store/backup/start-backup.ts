/** How a store is asked for a backup. */

export interface BackupOptions {
  /** Nobody else uses the store: the backup is made as fast as it can be. */
  readonly isAlone?: boolean;
}

/**
 * Begins a backup of all that was acknowledged up to one moment since the call. Resolves to its
 * bytes, in the format of backup-format.ts. They must be taken, or the generator be closed: until
 * then the store can't use freed space again. One backup at a time.
 * @throws BackupError `busy`, `given-up`; StoreError `full`, `failed`, `closed`
 */
export type StartBackup = (options?: BackupOptions) => Promise<AsyncGenerator<Uint8Array>>;
