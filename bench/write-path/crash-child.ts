/** Writes to a journal store until it is killed, and says on standard output what was acknowledged: `key number`, after the fact. */
import { writeSync } from 'node:fs';
import { contentOf, journalOf, keyOf, type Life, removes } from './crash-life.js';
import { JournalStore } from './journal-store.js';

const { folder, keys, next } = JSON.parse(process.argv[2] as string) as Life;
const store = await JournalStore.open(folder, journalOf());
await Promise.all(
  Array.from({ length: keys }, async (_, key) => {
    for (let number = next[key] as number; ; number++) {
      if (removes(number)) await store.delete(keyOf(key));
      else await store.put(keyOf(key), [contentOf(key, number)]);
      // Straight to the pipe: what is in it outlives the process.
      writeSync(1, `${key} ${number}\n`);
    }
  }),
);
