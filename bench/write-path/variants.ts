/** The stores that are compared: today's, one batch at a time with one thing changed, and the trial's journal. */
import { openEmbedded } from '#dist/store/embedded/open.js';
import type { Store } from '#dist/store/store.js';
import { JournalStore } from './journal-store.js';
import type { JournalOptions } from './journal-writer.js';
import type { TreeOptions } from './tree-options.js';
import { openTreeStore } from './tree-store.js';

const MiB = 1024 * 1024;
const journal: JournalOptions = { sync: 'o_dsync', segmentBytes: 24 * MiB, mostKeys: 65_536 };

export type Variant =
  | { readonly kind: 'today'; readonly what: string }
  | { readonly kind: 'tree'; readonly options: TreeOptions; readonly what: string }
  | { readonly kind: 'journal'; readonly options: JournalOptions; readonly what: string };

export const variants: Readonly<Record<string, Variant>> = {
  today: { kind: 'today', what: 'the store as it is' },
  journal: {
    kind: 'journal',
    options: journal,
    what: 'journal written through O_DSYNC, 65 536 keys a checkpoint',
  },
  'journal fdatasync': {
    kind: 'journal',
    options: { ...journal, sync: 'fdatasync' },
    what: 'the same, written and then synced',
  },
  sorted: { kind: 'tree', options: { sorted: true }, what: "a batch's keys in order" },
  woken: { kind: 'tree', options: { wakes: true }, what: 'the writer thread sleeps in Atomics.wait' },
  grown: {
    kind: 'tree',
    options: { grownBytes: 64 * MiB },
    what: 'the file is 64 MiB longer than it need be',
  },
  'at most 32': { kind: 'tree', options: { mostWrites: 32 }, what: 'shorter batches' },
  '2 ms apart': {
    kind: 'tree',
    options: { leastMsApart: 2 },
    what: 'longer batches: commits begin 2 ms apart',
  },
  'no meta sync': {
    kind: 'tree',
    options: { noMetaSync: true },
    what: "LMDB's noMetaSync. Not durable: a loss of power can undo the last commit",
  },
  'no sync': {
    kind: 'tree',
    options: { noSync: true },
    what: "LMDB's noSync. Not durable at all: what is left is the time without the disk",
  },
};

/** What a run of one store tells beside its latencies. */
export interface Opened {
  readonly store: Store;
  /** How long batches waited for a checkpoint, in ms. */
  stalledMs(): number;
}

export async function openVariant(name: string, folder: string): Promise<Opened> {
  const variant = variants[name];
  switch (variant?.kind) {
    case 'today':
      return { store: await openEmbedded({ folder }), stalledMs: () => 0 };
    case 'tree':
      return { store: (await openTreeStore(folder, variant.options)).store, stalledMs: () => 0 };
    case 'journal': {
      const store = await JournalStore.open(folder, variant.options);
      return { store, stalledMs: () => store.writer.stalledMs };
    }
    case undefined:
      throw new Error(`there is no variant ${name}`);
  }
}
