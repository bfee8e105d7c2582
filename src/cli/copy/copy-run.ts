/** The passes of a copy, what they find, and how it is told. */
import { textOfKey } from '../data/key-text.js';
import { TransferProgress } from '../data/transfer-progress.js';
import { type Comparison, compareStores } from './comparison.js';
import type { CopyState } from './copy-state.js';
import type { OpenStores } from './stores.js';
import { transfer } from './transfer.js';

export interface CopyOptions {
  /** Undefined: both passes. */
  readonly only: 'copy' | 'compare' | undefined;
  readonly state: CopyState | undefined;
  readonly signal: AbortSignal;
}

/** Further keys are only counted. */
const maxShownKeys = 10;

export class CopyRun {
  readonly #options: CopyOptions;
  #progress: TransferProgress | undefined;
  readonly #damaged = new Set<string>();
  readonly #refused = new Set<string>();
  #shown = 0;
  #copied = 0;
  #bytes = 0;
  #copiedText = '';
  #comparison: Comparison | undefined;
  /** All up to this key is in the target; undefined: nothing is done yet. */
  last: Buffer | undefined;

  constructor(options: CopyOptions) {
    this.#options = options;
  }

  /** @param after begins behind this key @throws StoreError, DataError; the signal's reason */
  async run(stores: OpenStores, after: Buffer | undefined): Promise<void> {
    const { only, state } = this.#options;
    this.last = after;
    if (only !== 'compare') await this.#copy(stores, after);
    if (only !== 'copy') await this.#compare(stores);
    await state?.remove();
  }

  /** Whether each entity that was looked at is in the target. */
  get isRight(): boolean {
    const { missing = 0, different = 0 } = this.#comparison ?? {};
    return this.#damaged.size + this.#refused.size + missing + different === 0;
  }

  say(message: string): void {
    (this.#progress ?? new TransferProgress({ isDrawn: false })).say(message);
  }

  end(): void {
    this.#progress?.end();
  }

  /** One line, or an object for programs. */
  summarize(json: boolean): void {
    this.end();
    if (json) {
      const [damaged, refused] = [this.#damaged.size, this.#refused.size];
      const counts = { copied: this.#copied, bytes: this.#bytes, damaged, refused };
      const result = { ...counts, ...this.#comparison, ok: this.isRight };
      process.stdout.write(`${JSON.stringify(result)}\n`);
      return;
    }
    const parts = [
      this.#copiedText && `copied ${this.#copiedText}`,
      this.#comparison && `compared: ${comparisonText(this.#comparison)}`,
      counted(this.#damaged.size, 'damaged in --from'),
      counted(this.#refused.size, 'refused'),
    ];
    this.say(parts.filter(Boolean).join('; '));
  }

  async #copy({ source, target }: OpenStores, after: Buffer | undefined): Promise<void> {
    const { state, signal } = this.#options;
    const progress = new TransferProgress({ doing: 'copied ' });
    this.#progress = progress;
    await transfer({
      source,
      target,
      after,
      signal,
      onDamaged: this.#onDamaged,
      onRefused: (key) => {
        this.#refused.add(key.toString('latin1'));
        this.#show(key, 'expires later than --to can keep it');
      },
      onStored: async ({ entities, bytes, last }) => {
        await state?.write(last);
        this.last = last;
        this.#copied += entities.length;
        this.#bytes += bytes;
        progress.add(entities.length, bytes);
      },
    });
    progress.end();
    this.#copiedText = progress.text;
  }

  async #compare({ source, target }: OpenStores): Promise<void> {
    const { signal } = this.#options;
    const progress = new TransferProgress({ doing: 'compared ' });
    this.#progress = progress;
    this.#comparison = await compareStores({
      source,
      target,
      signal,
      onDamaged: this.#onDamaged,
      onFault: (key, fault) => {
        // It was said before why this one is missing.
        if (!this.#refused.has(key.toString('latin1'))) this.#show(key, `${fault} in --to`);
      },
      onCompared: (bytes) => progress.add(1, bytes),
    });
    progress.end();
  }

  readonly #onDamaged = (key: Buffer): void => {
    const name = key.toString('latin1');
    if (this.#damaged.has(name)) return;
    this.#damaged.add(name);
    this.#show(key, 'is damaged in --from: its record fails its checksum, and was left out');
  };

  #show(key: Buffer, what: string): void {
    if (this.#shown++ < maxShownKeys) this.say(`${textOfKey(key)} ${what}`);
  }
}

function comparisonText(comparison: Comparison): string {
  const { equal, newer, missing, different, onlyInTarget } = comparison;
  const parts = [
    `${equal} equal`,
    counted(newer, 'newer in --to'),
    counted(missing, 'missing'),
    counted(different, 'different'),
    counted(onlyInTarget, 'in --to alone'),
  ];
  return parts.filter(Boolean).join(', ');
}

function counted(count: number, what: string): string {
  return count === 0 ? '' : `${count} ${what}`;
}
