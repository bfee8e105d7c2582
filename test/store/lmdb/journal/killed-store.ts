/** Directories of servers that were killed, whose journal is needed, for tests to damage. */
import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { journalKey, openDatabases, openRoot } from '#dist/store/lmdb/file/environment.js';
import { decodeJournalState, type JournalState } from '#dist/store/lmdb/journal/journal-state.js';
import { type RecoveredJournal, recoverJournal } from '#dist/store/lmdb/journal/recovery.js';
import { Segment } from '#dist/store/lmdb/journal/segment.js';
import { segmentPath, storedFileBytes } from '#dist/store/lmdb/journal/segment-header.js';
import { temporaryDirectory } from '../../../support/directory.js';
import { startChild } from '../child/child.js';

export const KiB = 1024;
export const smallSegments = { maxSegmentBytes: 256 * KiB, maxAgeMs: 60_000 };

/** A key, a byte that its value repeats, and the length of that. */
export type Put = readonly [key: string, filler: string, valueBytes: number];

/** Puts the values one after another, and kills the process that did. @returns its directory */
export async function killAfter(puts: readonly Put[], journal = smallSegments): Promise<string> {
  const directory = await temporaryDirectory();
  const child = await startChild('./holder.mjs');
  await child.ask({ do: 'open', directory, journal });
  for (const [key, value, valueBytes] of puts) {
    const { code } = await child.ask({ do: 'put', key, value, valueBytes });
    if (code) throw new Error(`a put ended with ${code}`);
  }
  await child.kill();
  return directory;
}

/** The value that the puts leave under each key. */
export function contentOf(puts: readonly Put[]): Map<string, string> {
  return new Map(puts.map(([key, filler, valueBytes]) => [key, filler.repeat(valueBytes)]));
}

export async function copyOf(directory: string): Promise<string> {
  const copy = await temporaryDirectory();
  await cp(directory, copy, { recursive: true });
  return copy;
}

/** The files of a closed directory by name, without LMDB's lock. */
export async function filesOf(directory: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const name of await readdir(directory))
    if (!name.endsWith('-lock')) files.set(name, await readFile(join(directory, name)));
  return files;
}

/** The state of the journal in the data file; undefined: it is not in use. */
export async function journalStateOf(directory: string): Promise<JournalState | undefined> {
  const { root, meta } = openDatabases(openRoot(directory));
  try {
    const state = meta.get(journalKey);
    return state && decodeJournalState(Buffer.from(state));
  } finally {
    await root.close();
  }
}

/** The frames that LMDB may lack after a server was killed. */
export async function recoveredIn(directory: string): Promise<RecoveredJournal> {
  const state = await journalStateOf(directory);
  if (state === undefined) throw new Error('the journal is not in use');
  const [first, second] = await Promise.all(
    [0, 1].map(async (number) => {
      const stored = await storedFileBytes(segmentPath(directory, number));
      return new Segment(directory, number, stored);
    }),
  );
  const segments = [first as Segment, second as Segment];
  return recoverJournal(directory, segments, state.epoch, state.checkpointed);
}
