/**
 * Opens files by our store, which closes them again, and then by LMDB alone. Counts what is not as
 * it must be.
 */
import type { Ledger } from '../support/ledger.js';
import type { Files } from './disk.js';
import { type Base, faultsOf, type PowerLab, type Read } from './sessions.js';

export class Tally {
  /** Directories that were opened and read. */
  opened = 0;
  /** Those in which an acknowledged write was gone, or a value was there that may not be. */
  wrong = 0;
  /** Those that our store refused, or crashed on. */
  refused = 0;
  /** Those in which LMDB alone found something else than our store, after its clean close. */
  unlike = 0;
  readonly details: string[] = [];

  note(what: string): void {
    if (this.details.length < 20) this.details.push(what);
  }
}

/** Files that are as they must be. */
export interface Judged {
  /** As they were given. */
  readonly given: Base;
  /** As our store left them. */
  readonly left: Base;
}

/**
 * @param name of the files, for the report
 * @returns undefined if something was wrong
 */
export async function judge(
  lab: PowerLab,
  tally: Tally,
  files: Files,
  ledger: Ledger,
  name: string,
): Promise<Judged | undefined> {
  tally.opened++;
  const { read, files: left } = await lab.read('store', files);
  if (!('held' in read)) {
    tally.refused++;
    tally.note(`${name}: the store: ${inWords(read)}`);
    return undefined;
  }
  const { held } = read;
  const faults = faultsOf(ledger, held);
  if (faults.length > 0) {
    tally.wrong++;
    tally.note(`${name}: ${faults.slice(0, 3).join('; ')}`);
    return undefined;
  }
  // The segments are empty now, so LMDB needs the data file alone.
  const { read: lmdb } = await lab.read('lmdb', without(left, /^journal-\d$/));
  if (same(read, lmdb)) return { given: { files, held }, left: { files: left, held } };
  tally.unlike++;
  tally.note(`${name}: LMDB alone: ${inWords(lmdb)}`);
  return undefined;
}

function without(files: Files, pattern: RegExp): Files {
  return new Map([...files].filter(([name]) => !pattern.test(name)));
}

function same(a: { held: Record<string, string> }, b: Read): boolean {
  const sorted = (held: Record<string, string>) => JSON.stringify(Object.entries(held).sort());
  return 'held' in b && sorted(a.held) === sorted(b.held);
}

function inWords(read: Read): string {
  if ('held' in read) return `${Object.keys(read.held).length} keys`;
  return 'refused' in read ? read.refused : `${read.ended} ${read.stderr.slice(0, 200)}`;
}
