/**
 * Reads all that a directory holds, by our store or by LMDB alone, in a process that may crash on
 * it. Replies with what each key holds, by the name of its value.
 */
import { readdirSync } from 'node:fs';
import {
  dataFile,
  journalKey,
  openDatabases,
  openRootAt,
} from '#dist/store/lmdb/file/environment.js';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import { readRecord } from '#dist/store/record.js';
import { nameOf } from './values.mjs';

const readers = {
  async store(directory) {
    const store = await openLmdb({ directory });
    try {
      const held = {};
      for await (const page of store.range({ start: Buffer.alloc(1) }))
        for (const { key, value } of page)
          held[Buffer.from(key).toString()] = nameOf(Buffer.from(value));
      // It goes on from there.
      await store.put(Buffer.from('!after'), [Buffer.from('after;')]);
      const after = await store.get(Buffer.from('!after'));
      if (Buffer.from(after.value).toString() !== 'after;') throw new Error('it does not write');
      await store.delete(Buffer.from('!after'));
      return held;
    } finally {
      await store.close();
    }
  },
  /** After a clean close, when all is in the data file. */
  async lmdb(directory) {
    const slots = readdirSync(directory).filter((name) => name.startsWith('journal-slot-'));
    if (slots.length > 0) throw new Error(`${slots} are left`);
    const { root, entities, meta } = openDatabases(openRootAt(dataFile(directory)));
    try {
      if (meta.get(journalKey)) throw new Error('the journal is not empty');
      const held = {};
      for (const { key, value } of entities.getRange({})) {
        const entity = readRecord(key, value, Date.now);
        if (entity) held[key.toString()] = nameOf(Buffer.from(entity.value));
      }
      return held;
    } finally {
      await root.close();
    }
  },
};

process.on('message', async ({ by, directory }) => {
  try {
    process.send({ held: await readers[by](directory) });
  } catch (error) {
    process.send({ refused: `${error.code ?? error.name}: ${error.message}` });
  }
});
process.on('disconnect', () => process.exit());
process.send({ ready: true });
