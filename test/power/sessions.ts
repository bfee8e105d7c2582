/** A store under load in a watched process, and what its files may hold afterwards. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JournalOptions } from '#dist/store/lmdb/journal/journal-options.js';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import { Ledger, type Outcome, type Write } from '../support/ledger.js';
import type { Files } from './disk.js';
import { type Ended, Peer } from './peer.js';
import { buildRecorder, type Entry, readRecords } from './recorder.js';

/** Few keys, so that writes of one key meet. Some are long, so that they share few pages. */
export const keys = Array.from({ length: 40 }, (_, n) =>
  n % 8 === 0 ? `long-${n}-${'k'.repeat(20 * n)}` : `key-${n}`,
);

/** Files of a store, and what each key holds in them. */
export interface Base {
  readonly files: Files;
  readonly held: Readonly<Record<string, string>>;
}

export interface LoadOptions {
  readonly seed: number;
  readonly clients: number;
  readonly writes: number;
  readonly journal: JournalOptions;
  /** Orders to the recorder. */
  readonly orders: readonly string[];
  /**
   * When they are given: before the store is opened, when it is open, or after a first write, which
   * makes the files grow.
   */
  readonly ordersAt: 'start' | 'open' | 'first';
}

export interface LoadReply {
  /** How many writes ended so, by code. */
  readonly endings: Readonly<Record<string, number>>;
  /** The messages of those that failed. */
  readonly said: readonly string[];
  readonly failure?: string;
  readonly closed: boolean | string;
}

export interface Refusal {
  /** The code of the error. */
  readonly refused: string;
  readonly said: readonly string[];
}

export interface Session {
  readonly base: Base;
  readonly entries: readonly Entry[];
  readonly reply: LoadReply | Refusal | Ended;
  /** The files as the process left them. */
  readonly files: Files;
}

export type Read = { readonly held: Record<string, string> } | { readonly refused: string } | Ended;

export class PowerLab {
  readonly #directory: string;
  readonly #writer: Peer;
  readonly #readers: { readonly store: Peer; readonly lmdb: Peer };

  /**
   * @param source the directory of the recorder's source and of the scripts
   * @param directory for files that come and go
   */
  constructor(source: string, directory: string) {
    this.#directory = directory;
    this.#writer = new Peer(join(source, 'writer.mjs'), {
      LD_PRELOAD: buildRecorder(join(source, 'recorder.c'), directory),
      POWER_DIRECTORY: directory,
    });
    const reader = join(source, 'reader.mjs');
    this.#readers = { store: new Peer(reader), lmdb: new Peer(reader) };
  }

  /** A new store, closed. */
  async newBase(): Promise<Base> {
    const directory = await this.#fill('base', new Map());
    await (await openLmdb({ directory })).close();
    return { files: await filesIn(directory), held: {} };
  }

  async load(base: Base, options: LoadOptions): Promise<Session> {
    const directory = await this.#fill('loaded', base.files);
    const log = join(this.#directory, 'record');
    await rm(log, { force: true });
    const reply = await this.#writer.ask<LoadReply | Refusal>({ ...options, directory, log, keys });
    return {
      base,
      entries: readRecords(await readFile(log)),
      reply,
      files: await filesIn(directory),
    };
  }

  /** Opens files, by our store or LMDB alone, and reads them. Returns them as they are then. */
  async read(by: 'store' | 'lmdb', files: Files): Promise<{ read: Read; files: Files }> {
    const directory = await this.#fill(by, files);
    const read = await this.#readers[by].ask<Read>({ by, directory });
    return { read, files: await filesIn(directory) };
  }

  stop(): void {
    this.#writer.stop();
    this.#readers.store.stop();
    this.#readers.lmdb.stop();
  }

  async #fill(name: string, files: Files): Promise<string> {
    const directory = join(this.#directory, name);
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory);
    for (const [file, bytes] of files) await writeFile(join(directory, file), bytes);
    return directory;
  }
}

/** The files of a store, without LMDB's lock file, which is not needed after a loss of power. */
async function filesIn(directory: string): Promise<Files> {
  const files = new Map<string, Buffer>();
  for (const name of await readdir(directory))
    if (name !== 'data.mdb-lock') files.set(name, await readFile(join(directory, name)));
  return files;
}

/** The states that each key may be in, by the marks of the first entries. */
export function ledgerAt({ base, entries }: Session, cut: number): Ledger {
  const ledger = new Ledger(keys);
  for (const [key, name] of Object.entries(base.held)) ledger.settle(key, name);
  const writes = new Map<string, Write>();
  for (const entry of entries.slice(0, cut)) {
    if (entry.kind !== 'mark') continue;
    const [what, id = '', key = '', name = ''] = entry.text.split(' ');
    if (what === 'begin') writes.set(id, ledger.begin(key, name === '' ? undefined : name));
    const write = writes.get(id);
    if (what === 'acknowledged' && write) ledger.acknowledge(write);
    if (what === 'withdrawn' && write) ledger.withdraw(write);
  }
  return ledger;
}

/** Keys that hold what they may not, in words. */
export function faultsOf(ledger: Ledger, held: Readonly<Record<string, string>>): string[] {
  const faults: string[] = [];
  for (const key of keys) {
    const outcome: Outcome = held[key];
    const possible = ledger.outcomes(key);
    if (!possible.has(outcome))
      faults.push(`${key.slice(0, 12)} holds ${outcome}, may hold ${[...possible].join(' or ')}`);
  }
  for (const key of Object.keys(held)) if (!keys.includes(key)) faults.push(`${key} was not put`);
  return faults;
}
