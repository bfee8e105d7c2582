/**
 * Holds the data file while the store is open: claims it, and looks twice a second whether its path
 * still leads to it, and those of the journal to theirs. A file that was deleted, moved or replaced
 * takes writes as before, so nobody notices, and all that is acknowledged from then on is gone at
 * the restart.
 */
import { randomBytes } from 'node:crypto';
import { type FileHandle, stat } from 'node:fs/promises';
import { StoreError } from '../../store.js';
import { beatMs, type Claim, readClaim, removeClaim, writeClaim } from './claim.js';
import { thisProcess } from './holder.js';

const lookMs = beatMs / 2;

/** An open file, and the path that must lead to it. */
export interface Watched {
  readonly file: FileHandle;
  readonly path: string;
}

export class DataFileWatch {
  readonly #file: FileHandle;
  readonly #path: string;
  #claim: Claim | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  /** @param file is closed with the watch */
  constructor(file: FileHandle, path: string) {
    this.#file = file;
    this.#path = path;
  }

  /** Claims the file for this store. */
  async claim(): Promise<void> {
    const { ino: inode } = await this.#file.stat();
    const token = randomBytes(12).toString('hex');
    this.#claim = { ...(await thisProcess()), inode, token, beat: 0 };
    await writeClaim(this.#file, this.#claim);
  }

  /** Why the file is not the store's any more, or undefined. */
  async findLoss(): Promise<StoreError | undefined> {
    const path = this.#path;
    const how = await lossOf({ file: this.#file, path });
    if (how) return lost(`data file ${path}`, how);
    const claim = await readClaim(this.#file);
    return claim && claim.token !== this.#claim?.token
      ? lost(`data file ${path}`, 'was opened by another server')
      : undefined;
  }

  /**
   * Looks from now on.
   * @param journalFiles those that are open
   * @param onLost called once at most
   */
  start(journalFiles: () => Iterable<Watched>, onLost: (error: StoreError) => void): void {
    let looks = 0;
    const look = async () => {
      const loss = (await this.findLoss()) ?? (await journalLoss(journalFiles()));
      if (loss) {
        clearInterval(this.#timer);
        onLost(loss);
      } else if (this.#claim && ++looks % (beatMs / lookMs) === 0) {
        this.#claim = { ...this.#claim, beat: this.#claim.beat + 1 };
        await writeClaim(this.#file, this.#claim);
      }
    };
    this.#timer = setInterval(() => {
      // An I/O error is for the next commit to meet.
      this.#looking ??= look()
        .catch(() => {})
        .finally(() => {
          this.#looking = undefined;
        });
    }, lookMs).unref();
  }

  /** Looks no more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  /** Takes the claim back and closes the file. */
  async end(): Promise<void> {
    await this.stop();
    if (this.#claim) await removeClaim(this.#file, this.#claim).catch(() => {});
    await this.#file.close();
  }
}

async function journalLoss(files: Iterable<Watched>): Promise<StoreError | undefined> {
  for (const watched of files) {
    const how = await lossOf(watched);
    if (how) return lost(`journal file ${watched.path}`, how);
  }
  return undefined;
}

/** How the path came to lead elsewhere; undefined: it leads to the file. */
async function lossOf({ file, path }: Watched): Promise<string | undefined> {
  try {
    const [named, held] = await Promise.all([stat(path), file.stat()]);
    return named.ino === held.ino && named.dev === held.dev ? undefined : 'was replaced by another';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Any other error is the system's, and says nothing of the file.
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'was moved or deleted' : undefined;
  }
}

function lost(file: string, what: string): StoreError {
  return new StoreError(
    'failed',
    `the ${file} ${what} while the server had it open, so nothing more is written. ` +
      'Put it back, or restore a backup, and restart the server',
  );
}
