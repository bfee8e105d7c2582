/**
 * A store under load in a process that the recorder watches. Each write leaves two marks in the
 * record, when it begins and when it has ended, so their order among the system calls is known.
 */
import { openSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import { filledWith, nameOf } from './values.mjs';

const control = openSync(`${process.env.POWER_DIRECTORY}/power-control`, 'w');
const tell = (text) => void writeSync(control, text);
const maxSmallBytes = 24 * 1024;
/** Values above 256 KiB get a slot of the journal. The file of one above 4 MiB is cut again. */
const minLargeBytes = 300 * 1024;
const maxLargeBytes = 600 * 1024;
const hugeBytes = 4.5 * 1024 * 1024;

/** The Lehmer generator of Park and Miller: the same seed gives the same load. */
function randomFrom(seed) {
  let state = (seed % 2_147_483_646) + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

function sizeFrom(random) {
  const choice = random();
  if (choice < 0.004) return hugeBytes;
  if (choice < 0.06) return minLargeBytes + Math.floor(random() * (maxLargeBytes - minLargeBytes));
  return Math.floor(random() ** 4 * maxSmallBytes);
}

/**
 * Opens the store and writes to it, over several clients that each wait for their last write.
 * @returns how the writes ended, by code; the store's failure; and whether it closed
 */
async function load(request) {
  const { directory, log, seed, clients, writes, journal, keys, orders, ordersAt } = request;
  const random = randomFrom(seed);
  const endings = {};
  const said = new Set();
  const count = (ending) => {
    endings[ending] = (endings[ending] ?? 0) + 1;
  };
  const order = (moment) => {
    if (moment === ordersAt) for (const each of orders) tell(each);
  };
  tell(`!log ${log}`);
  order('start');
  const store = await openLmdb({ directory, journal });
  tell('open');
  let number = 0;
  const write = async () => {
    const id = number++;
    const key = keys[Math.floor(random() * keys.length)];
    const name = random() < 0.25 ? undefined : `${seed}-${id}`;
    const size = sizeFrom(random);
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
  order('open');
  // The files grow before the first commit. A call that fails after that belongs to a commit.
  if (ordersAt === 'first') await write();
  order('first');
  const client = async () => {
    while (number < writes) {
      await write();
      // Segments grow old in that time.
      if (random() < 0.1) await sleep(random() * 2 * journal.maxAgeMs);
    }
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
