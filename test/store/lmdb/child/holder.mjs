/**
 * A process that opens a store and does as it is told, for the tests in which a process ends or the
 * system fails it. Its reply to `{ do, … }` is one `{ … }` or `{ code }`, the StoreError's.
 */
import { closeSync, openSync, readdirSync, readlinkSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { Transactions } from '#dist/store/lmdb/checkpoint/transactions.js';
import { formatKey, openDatabases, openRoot } from '#dist/store/lmdb/file/environment.js';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';

/** @type {import('#dist/store/store.js').Store | undefined} */
let store;
/** @type {number | undefined} */
let clockMs;

const actions = {
  /** Goes on as another user, which only root can. */
  async become({ user }) {
    process.setgroups([]);
    process.setgid(user);
    process.setuid(user);
    return {};
  },
  /** @param request has `nowMs` if the clock stands still */
  async open({ directory, journal, nowMs }) {
    clockMs = nowMs;
    store = await openLmdb({ directory, journal, now: () => clockMs ?? Date.now() });
    return {};
  },
  setClock({ nowMs }) {
    clockMs = nowMs;
    return {};
  },
  async close() {
    await store?.close();
    store = undefined;
    return {};
  },
  async put({ key, value, valueBytes, condition }) {
    await store.put(
      Buffer.from(key),
      [valueBytes ? Buffer.alloc(valueBytes, value) : Buffer.from(value)],
      { condition },
    );
    return {};
  },
  async load({ key, value, version }) {
    await store.load([{ key: Buffer.from(key), value: Buffer.from(value), version }]);
    return {};
  },
  async delete({ key }) {
    await store.delete(Buffer.from(key));
    return {};
  },
  /**
   * Puts and deletes (without `valueBytes`), one to five in a turn of the event loop, none awaited.
   * @returns how each ended, by its code
   */
  async many({ writes }) {
    const endings = [];
    for (const [i, { key, valueBytes }] of writes.entries()) {
      const name = Buffer.from(key);
      const ending =
        valueBytes === undefined
          ? store.delete(name)
          : store.put(name, [Buffer.alloc(valueBytes, 'v')]);
      endings.push(
        ending.then(
          () => 'stored',
          (error) => error.code,
        ),
      );
      if ((i * i) % 11 < 4) await new Promise(setImmediate);
    }
    return { endings: await Promise.all(endings) };
  },
  /** Commits operations as one batch, like many(). */
  async atomic({ writes }) {
    const operations = writes.map(({ key, valueBytes, condition }) => ({
      kind: valueBytes === undefined ? 'delete' : 'put',
      key: Buffer.from(key),
      value: [Buffer.alloc(valueBytes ?? 0, 'v')],
      options: { condition },
    }));
    await store.commitAll(operations);
    return {};
  },
  async get({ key }) {
    const entity = await store.get(Buffer.from(key));
    return { value: entity && Buffer.from(entity.value).toString() };
  },
  async version({ key }) {
    return { version: (await store.get(Buffer.from(key)))?.version };
  },
  async failure() {
    return { failure: store.failure?.code, message: store.failure?.message };
  },
  /** Takes all descriptors that are free. */
  takeDescriptors() {
    for (;;) openSync('/dev/null', 'r');
  },
  /**
   * From here on a sync of the data file, or a write of the journal, fails. (Not a write of the
   * data file: there lmdb 3.5 prints its message past the end of a heap block.)
   */
  async loseDescriptors({ of = 'data.mdb' }) {
    return { lost: reopen(of, '/dev/null', of === 'data.mdb' ? 'r+' : 'r').length };
  },
  /**
   * Fills a file that may not grow, makes room in it, and then writes on while a reader stays where
   * it was.
   * @returns how many writes were stored before the first that was refused: beside the reader, and
   *   after it left
   */
  async writeBesideReader({ directory }) {
    const env = openDatabases(openRoot(directory));
    const { root, entities } = env;
    env.meta.putSync(formatKey, Buffer.alloc(8));
    const transactions = new Transactions(env, directory);
    const change = (first, count, record) => {
      const steps = Array.from({ length: count }, (_, i) => {
        return { key: Buffer.from(`key-${first + i}`), record, expiresMs: undefined };
      });
      transactions.commit(steps);
      root.resetReadTxn();
    };
    const storedUntilFull = (most) => {
      for (let stored = 0; stored < most; stored++)
        try {
          change(stored % 100, 1, Buffer.alloc(9000, stored));
        } catch (error) {
          if (transactions.isFull(error)) return stored;
          throw error;
        }
      return most;
    };
    let filled = 0;
    try {
      for (; ; filled += 10) change(1000 + filled, 10, Buffer.alloc(9000, filled));
    } catch (error) {
      if (!transactions.isFull(error)) throw error;
    }
    for (let first = 0; first < filled; first += 10) change(1000 + first, 10, undefined);
    const reader = root.useReadTransaction();
    entities.get(Buffer.from('key-1'), { transaction: reader });
    const beside = storedUntilFull(1000);
    reader.done();
    // As the sweeper does: what was freed last can be used after a commit.
    for (let times = 0; times < 3; times++) transactions.sweep(0, 1);
    const after = storedUntilFull(1000);
    await root.close();
    return { filled, beside, after };
  },
  /** Ends a thread from inside, as an uncaught error in it would. */
  async endThread({ file }) {
    const session = new Session();
    session.connect();
    const attached = new Promise((resolve) =>
      session.on('NodeWorker.attachedToWorker', (message) => {
        if (message.params.workerInfo.url.endsWith(file)) resolve(message);
      }),
    );
    await session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
    const { params } = await attached;
    const ended = new Promise((resolve) =>
      session.on('NodeWorker.detachedFromWorker', ({ params: { sessionId } }) => {
        if (sessionId === params.sessionId) resolve();
      }),
    );
    const message = JSON.stringify({
      id: 1,
      method: 'Runtime.evaluate',
      params: { expression: 'process.exit(1)' },
    });
    await session.post('NodeWorker.sendMessageToWorker', { sessionId: params.sessionId, message });
    await ended;
    return {};
  },
};

/**
 * Puts another file in the place of descriptors, which keep their numbers.
 * @param which a number, or the end of the name of the file they are open on
 * @returns their numbers
 */
function reopen(which, path, flags) {
  const numbers = typeof which === 'number' ? [which] : descriptorsOf(which);
  for (const number of numbers) {
    closeSync(number);
    // The system gives the lowest that is free. That may be another, or another thread takes it.
    const others = [];
    let opened = openSync(path, flags);
    for (; opened !== number; opened = openSync(path, flags)) {
      others.push(opened);
      if (others.length === 100) throw new Error('the descriptor went to another file');
    }
    for (const other of others) closeSync(other);
  }
  return numbers;
}

function descriptorsOf(nameEnd) {
  return readdirSync('/proc/self/fd')
    .map(Number)
    .filter((number) => {
      try {
        return readlinkSync(`/proc/self/fd/${number}`).endsWith(nameEnd);
      } catch {
        // The descriptor of the directory that was listed.
        return false;
      }
    });
}

process.on('message', async (request) => {
  try {
    process.send(await actions[request.do](request));
  } catch (error) {
    const { code = 'no code', name, message, index } = error;
    process.send({ code, message: `${name}: ${message}`, index });
  }
});
process.on('disconnect', () => process.exit());
process.send({ ready: true });
