/**
 * Opens a store of which a file was changed, and reads all of it: each key, then everything as one
 * range. Asked to `prepare` once, then to `read` with each change, it replies with what it read.
 */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';

const actions = {
  /** @param request the files by name, a directory for them, and what they hold */
  prepare(request) {
    files = Object.entries(request.files).map(([name, text]) => [
      name,
      Buffer.from(text, 'base64'),
    ]);
    directory = request.directory;
    expected = new Map(request.expected);
    return {};
  },
  async read({ name, at, mask }) {
    for (const other of readdirSync(directory))
      if (other.startsWith('journal')) rmSync(`${directory}/${other}`);
    for (const [file, bytes] of files) {
      const image = Buffer.from(bytes);
      if (file === name) image[at] ^= mask;
      writeFileSync(`${directory}/${file}`, image);
    }
    const result = { intact: 0, absent: 0, damaged: 0, wrong: [] };
    let store;
    try {
      store = await openLmdb({ directory });
    } catch (error) {
      return { refused: error.code ?? String(error), message: error.message };
    }
    for (const key of expected.keys()) {
      try {
        const entity = await store.get(Buffer.from(key));
        if (entity === undefined) result.absent++;
        else check(key, entity, result);
      } catch (error) {
        if (error.name === 'StoreError' && error.code === 'damaged') result.damaged++;
        else result.wrong.push(`get ${key}: ${error}`);
      }
    }
    try {
      let yielded = 0;
      for await (const page of store.range({ start: Buffer.alloc(1) }))
        for (const entity of page) {
          check(Buffer.from(entity.key).toString(), entity, result);
          if (++yielded > 10 * expected.size) throw new Error('the range does not end');
        }
    } catch (error) {
      if (error.name !== 'StoreError' || error.code !== 'damaged')
        result.wrong.push(`range: ${error}`);
    }
    try {
      await store.close();
    } catch (error) {
      result.wrong.push(`close: ${error}`);
    }
    return result;
  },
};

let files;
let directory;
let expected;

function check(key, entity, result) {
  const text = expected.get(key);
  if (text !== undefined && Buffer.from(entity.value).equals(Buffer.from(text))) result.intact++;
  else
    result.wrong.push(`${key} came back as ${Buffer.from(entity.value).toString().slice(0, 20)}`);
}

process.on('message', async (request) => process.send(await actions[request.do](request)));
process.on('disconnect', () => process.exit());
process.send({ ready: true });
