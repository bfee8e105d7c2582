/**
 * The tokens of a file, as they are now: it is read again when it changes. A file that can't be
 * used changes nothing: a slip of the operator must not lock all clients out, nor let any in.
 */
import { readFileSync, type Stats, unwatchFile, watchFile } from 'node:fs';
import { AccessError, readText } from './access-error.js';
import type { Reload } from './reload.js';
import { parseTokens } from './token-file.js';
import { type TokenEntry, Tokens } from './tokens.js';

/** A revoked token is refused within a second. A look at the file costs some µs of a thread. */
export const watchMs = 200;
/** A program may be writing the file: it is looked at again before it is called bad. */
const settleMs = 150;

type Outcome = 'same' | 'taken' | AccessError;

export class LiveTokens {
  readonly tokens: Tokens;
  readonly #file: string;
  readonly #onReload: (reload: Reload) => void;
  readonly #onStats: (now: Stats, before: Stats) => void;
  #text: string;
  #settling: NodeJS.Timeout | undefined;

  /**
   * @param onReload called for each change, and for each reload()
   * @throws AccessError
   */
  constructor(file: string, onReload: (reload: Reload) => void) {
    this.#file = file;
    this.#onReload = onReload;
    this.#text = this.#read();
    this.tokens = new Tokens(this.#parse(this.#text));
    // By its times and its inode, not by inotify: that does not see a file system of the network,
    // nor a symbolic link that is set to another file, as Kubernetes does.
    this.#onStats = () => this.#look();
    watchFile(file, { interval: watchMs, persistent: false }, this.#onStats);
    // It may have changed between the read and the first look.
    this.#settle();
  }

  /** Reads the file again, now. */
  reload(): void {
    this.#tell(this.#take());
  }

  close(): void {
    unwatchFile(this.#file, this.#onStats);
    clearTimeout(this.#settling);
  }

  /** The file has changed. */
  #look(): void {
    clearTimeout(this.#settling);
    const outcome = this.#take();
    if (outcome instanceof AccessError)
      this.#settling = setTimeout(() => this.#settle(), settleMs).unref();
    else if (outcome === 'taken') this.#tell(outcome);
  }

  #settle(): void {
    const outcome = this.#take();
    if (outcome !== 'same') this.#tell(outcome);
  }

  #tell(outcome: Outcome): void {
    const refusal = outcome instanceof AccessError ? outcome.message : undefined;
    this.#onReload({ what: 'tokens', refusal });
  }

  /** Takes what stands in the file now, or says why that is not possible. */
  #take(): Outcome {
    try {
      const text = this.#read();
      if (text === this.#text) return 'same';
      this.tokens.replace(this.#parse(text));
      this.#text = text;
      return 'taken';
    } catch (error) {
      if (error instanceof AccessError) return error;
      throw error;
    }
  }

  #read(): string {
    return readText(() => readFileSync(this.#file, 'utf8'), 'the tokens', this.#file);
  }

  #parse(text: string): TokenEntry[] {
    try {
      return parseTokens(text);
    } catch (error) {
      if (!(error instanceof AccessError)) throw error;
      throw new AccessError(`${this.#file} can't be used: ${error.message}`);
    }
  }
}
