/**
 * A store under load in a process that the recorder watches. Each write leaves two marks in the
 * record, when it begins and when it has ended, so their order among the system calls is known.
 */
import { openSync, writeSync } from 'node:fs';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import { filledWith, nameOf } from './values.mjs';

const control = openSync(`${process.env.POWER_DIRECTORY}/power-control`, 'w');
const tell = (text) => void writeSync(control, text);
const maxValueBytes = 24 * 1024;

/** The Lehmer generator of Park and Miller: the same seed gives the same load. */
function randomFrom(seed) {
  let state = (seed % 2_147_483_646) + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/**
 * Opens the store and writes to it, over several clients that each wait for their last write.
 * @returns how the writes ended, by code; the store's failure; and whether it closed
 */
async function load({ directory, log, seed, clients, writes, keys, orders }) {
  const random = randomFrom(seed);
  const endings = {};
  const said = new Set();
  const count = (ending) => {
    endings[ending] = (endings[ending] ?? 0) + 1;
  };
  tell(`!log ${log}`);
  const store = await openLmdb({ directory });
  let number = 0;
  const write = async () => {
    const id = number++;
    const key = keys[Math.floor(random() * keys.length)];
    const name = random() < 0.25 ? undefined : `${seed}-${id}`;
    const size = Math.floor(random() ** 4 * maxValueBytes);
    const value = name && filledWith(name, size);
    const ttlSeconds = random() < 0.2 ? 1_000_000 : undefined;
    tell(`begin ${id} ${key} ${value ? nameOf(value) : ''}`);
    try {
      if (value) await store.put(Buffer.from(key), [value], ttlSeconds ? { ttlSeconds } : {});
      else await store.delete(Buffer.from(key));
      tell(`acknowledged ${id}`);
      count('acknowledged');
    } catch (error) {
      // Full: nothing was stored. Failed: it may have been.
      if (error.code === 'full') tell(`withdrawn ${id}`);
      count(error.code ?? String(error));
      said.add(error.message);
    }
  };
  // The file grows before the first commit. A call that fails after that belongs to a commit.
  if (orders.afterFirst) await write();
  for (const order of orders.list) tell(order);
  const client = async () => {
    while (number < writes) await write();
  };
  await Promise.all(Array.from({ length: clients }, client));
  const failure = store.failure?.message;
  const closed = await store.close().then(
    () => true,
    (error) => String(error),
  );
  tell('!off');
  return { endings, said: [...said], failure, closed };
}

process.on('message', async (request) => {
  try {
    process.send(await load(request));
  } catch (error) {
    tell('!off');
    process.send({ refused: error.code ?? 'unknown', said: [String(error.message)] });
  }
});
process.on('disconnect', () => process.exit());
process.send({ ready: true });
