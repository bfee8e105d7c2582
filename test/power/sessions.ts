/** A store under load in a watched process, and what its file may hold afterwards. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dataFile } from '#dist/store/lmdb/file/environment.js';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import { Ledger, type Outcome, type Write } from '../support/ledger.js';
import { type Ended, Peer } from './peer.js';
import { buildRecorder, type Entry, readRecords } from './recorder.js';

/** Few keys, so that writes of one key meet. Some are long, so that they share few pages. */
export const keys = Array.from({ length: 40 }, (_, n) =>
  n % 8 === 0 ? `long-${n}-${'k'.repeat(20 * n)}` : `key-${n}`,
);

/** A file, and what each key holds in it. */
export interface Base {
  readonly file: Buffer;
  readonly held: Readonly<Record<string, string>>;
}

export interface LoadOptions {
  readonly seed: number;
  readonly clients: number;
  readonly writes: number;
  /** Orders to the recorder, given once the store is open. */
  readonly orders: readonly string[];
  /** Whether they are given after a first write, which makes the file grow. */
  readonly afterFirst: boolean;
}

export interface LoadReply {
  /** How many writes ended so, by code. */
  readonly endings: Readonly<Record<string, number>>;
  /** The messages of those that failed. */
  readonly said: readonly string[];
  readonly failure?: string;
  readonly closed: boolean | string;
}

export interface Session {
  readonly base: Base;
  readonly entries: readonly Entry[];
  readonly reply: LoadReply | Ended;
  /** The file as the process left it. */
  readonly file: Buffer;
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
    const directory = await this.#empty('base');
    await (await openLmdb({ directory })).close();
    return { file: await readFile(dataFile(directory)), held: {} };
  }

  async load(base: Base, options: LoadOptions): Promise<Session> {
    const directory = await this.#empty('loaded');
    const log = join(this.#directory, 'record');
    await rm(log, { force: true });
    await writeFile(dataFile(directory), base.file);
    const { orders: list, afterFirst, ...load } = options;
    const request = { ...load, directory, log, keys, orders: { list, afterFirst } };
    const reply = await this.#writer.ask<LoadReply>(request);
    return {
      base,
      entries: readRecords(await readFile(log)),
      reply,
      file: await readFile(dataFile(directory)),
    };
  }

  /** Opens a file, by our store or LMDB alone, and reads it. Returns it as it then is, too. */
  async read(by: 'store' | 'lmdb', file: Buffer): Promise<{ read: Read; file: Buffer }> {
    const directory = await this.#empty(by);
    await writeFile(dataFile(directory), file);
    const read = await this.#readers[by].ask<Read>({ by, directory });
    return { read, file: await readFile(dataFile(directory)) };
  }

  stop(): void {
    this.#writer.stop();
    this.#readers.store.stop();
    this.#readers.lmdb.stop();
  }

  async #empty(name: string): Promise<string> {
    const directory = join(this.#directory, name);
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory);
    return directory;
  }
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
