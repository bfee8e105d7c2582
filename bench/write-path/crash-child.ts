/** Writes to a journal store until it is killed, and notes what was acknowledged: `key number`, after the fact. */
import { openSync, writeSync } from 'node:fs';
import { contentOf, isAfter, journalOf, keyOf, type Life, removes } from './crash-life.js';
import { JournalStore } from './journal-store.js';

const { folder, notes, keys, next } = JSON.parse(process.argv[2] as string) as Life;
const store = await JournalStore.open(folder, journalOf());
const file = openSync(notes, 'w');
await Promise.all(
  Array.from({ length: keys }, async (_, key) => {
    for (let number = next[key] as number; ; number++) {
      if (removes(number)) await store.delete(keyOf(key));
      else await store.put(keyOf(key), [contentOf(key, number)]);
      if (!isAfter(key, number, (await store.get(keyOf(key)))?.value))
        throw new Error(`key ${key} does not read as written`);
      // Straight to the system: what it has outlives the process.
      writeSync(file, `${key} ${number}\n`);
    }
  }),
);
