/**
 * Backups of an open store, one at a time. Each is of the state at one moment: the journal is
 * sealed and taken into LMDB, and the thread's transaction is opened before the next checkpoint.
 */
import { BackupError } from '../../backup/backup-error.js';
import type { BackupOptions } from '../../backup/start-backup.js';
import type { Journal } from '../journal/journal.js';
import { BackupClient } from './backup-client.js';

/** The thread works for a tenth of the time at most, and leaves the rest to the server. */
const quietRestPerWork = 9;

export class Backups {
  readonly #directory: string;
  readonly #maxMs: number;
  #running: BackupClient | undefined;
  #isClosed = false;

  /** @param maxMs until a backup is given up, from its moment on */
  constructor(directory: string, maxMs: number) {
    this.#directory = directory;
    this.#maxMs = maxMs;
  }

  /** The pieces of a backup. @throws BackupError; StoreError as Journal.atOneMoment() */
  async start(
    journal: Pick<Journal, 'atOneMoment'>,
    { isAlone = false }: BackupOptions = {},
  ): Promise<AsyncGenerator<Uint8Array>> {
    if (this.#running) throw new BackupError('busy', 'another backup of the store runs');
    if (this.#isClosed) throw new BackupError('given-up', 'the store is closed');
    const client = new BackupClient({
      directory: this.#directory,
      maxMs: this.#maxMs,
      restPerWork: isAlone ? 0 : quietRestPerWork,
    });
    this.#running = client;
    void client.ended.then(() => {
      if (this.#running === client) this.#running = undefined;
    });
    try {
      await client.ready();
      await journal.atOneMoment(() => client.begin(), client.stopped);
      return client.pieces();
    } catch (error) {
      client.stop('it could not begin');
      throw error;
    }
  }

  /** Gives up the one that runs: what it keeps from being used again is needed. */
  stop(why: string): void {
    this.#running?.stop(why);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.stop('the store is closed');
    await this.#running?.ended;
  }
}
