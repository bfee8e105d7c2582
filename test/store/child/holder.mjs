/**
 * A process that opens a store and does as it is told, for the tests in which a process ends or the system fails it.
 * Each message `{ do, … }` is answered by one `{ … }` or `{ code }`, the StoreError's.
 */
import { closeSync, openSync, readdirSync, readlinkSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { openEmbedded } from '#dist/store/embedded/open.js';

/** @type {import('#dist/store/store.js').Store | undefined} */
let store;

const actions = {
  async open({ folder }) {
    store = await openEmbedded({ folder });
    return {};
  },
  async close() {
    await store?.close();
    store = undefined;
    return {};
  },
  async put({ key, value, valueBytes }) {
    await store.put(Buffer.from(key), [valueBytes ? Buffer.alloc(valueBytes, value) : Buffer.from(value)]);
    return {};
  },
  async delete({ key }) {
    await store.delete(Buffer.from(key));
    return {};
  },
  /** Puts and deletes (without `valueBytes`), each in a turn of the event loop of its own and none awaited; how each ended, by its code. */
  async many({ writes }) {
    const endings = [];
    for (const { key, valueBytes } of writes) {
      const name = Buffer.from(key);
      const ending =
        valueBytes === undefined ? store.delete(name) : store.put(name, [Buffer.alloc(valueBytes, 'v')]);
      endings.push(
        ending.then(
          () => 'stored',
          (error) => error.code,
        ),
      );
      await new Promise(setImmediate);
    }
    return { endings: await Promise.all(endings) };
  },
  async get({ key }) {
    const entity = await store.get(Buffer.from(key));
    return { value: entity && Buffer.from(entity.value).toString() };
  },
  async failure() {
    return { failure: store.failure?.code, message: store.failure?.message };
  },
  /** Puts /dev/null, opened for reading, in the place of every descriptor of the data file: writes fail with EBADF. */
  async loseDescriptors() {
    let lost = 0;
    for (const name of readdirSync('/proc/self/fd')) {
      let target = '';
      try {
        target = readlinkSync(`/proc/self/fd/${name}`);
      } catch {
        // The descriptor of the directory being listed.
      }
      if (!target.endsWith('data.mdb')) continue;
      closeSync(Number(name));
      if (openSync('/dev/null', 'r') !== Number(name)) throw new Error('the descriptor went to another file');
      lost++;
    }
    return { lost };
  },
  /** Ends the writer thread from inside, as an uncaught error in it would. */
  async endWriter() {
    const session = new Session();
    session.connect();
    const attached = new Promise((resolve) => session.once('NodeWorker.attachedToWorker', resolve));
    await session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
    const { params } = await attached;
    const ended = new Promise((resolve) => session.once('NodeWorker.detachedFromWorker', resolve));
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

process.on('message', async (request) => {
  try {
    process.send(await actions[request.do](request));
  } catch (error) {
    process.send({ code: error.code ?? 'no code', message: `${error.name}: ${error.message}` });
  }
});
process.on('disconnect', () => process.exit());
process.send({ ready: true });
