/** Opens a file by our store and by LMDB alone, and counts what is not as it must be. */

import type { Ledger } from '../support/ledger.js';
import { type Base, faultsOf, type PowerLab, type Read } from './sessions.js';

export class Tally {
  /** Files that were opened and read. */
  files = 0;
  /** Files in which an acknowledged write was gone, or a value was there that may not be. */
  wrong = 0;
  /** Files that our store refused, or crashed on, and LMDB opened. */
  refused = 0;
  /** Files that LMDB alone did not open, or read otherwise. */
  unlike = 0;
  readonly details: string[] = [];

  note(what: string): void {
    if (this.details.length < 20) this.details.push(what);
  }
}

/**
 * @param name of the file, for the report
 * @returns the file as our store left it, to go on from; undefined if something was wrong
 */
export async function judge(
  lab: PowerLab,
  tally: Tally,
  file: Buffer,
  ledger: Ledger,
  name: string,
): Promise<Base | undefined> {
  tally.files++;
  const [store, { read: lmdb }] = await Promise.all([
    lab.read('store', file),
    lab.read('lmdb', file),
  ]);
  if ('held' in store.read) {
    const faults = faultsOf(ledger, store.read.held);
    if (faults.length === 0) {
      if (same(store.read, lmdb)) return { file: store.file, held: store.read.held };
      tally.unlike++;
      tally.note(`${name}: LMDB alone: ${inWords(lmdb)}`);
      return undefined;
    }
    tally.wrong++;
    tally.note(`${name}: ${faults.slice(0, 3).join('; ')}`);
  } else if ('held' in lmdb) {
    tally.refused++;
    tally.note(`${name}: the store: ${inWords(store.read)}; LMDB opens it`);
  } else {
    tally.wrong++;
    tally.note(`${name}: neither opens it: ${inWords(store.read)}; LMDB: ${inWords(lmdb)}`);
  }
  return undefined;
}

function same(a: { held: Record<string, string> }, b: Read): boolean {
  const sorted = (held: Record<string, string>) => JSON.stringify(Object.entries(held).sort());
  return 'held' in b && sorted(a.held) === sorted(b.held);
}

function inWords(read: Read): string {
  if ('held' in read) return `${Object.keys(read.held).length} keys`;
  return 'refused' in read ? read.refused : `${read.ended} ${read.stderr.slice(0, 200)}`;
}
