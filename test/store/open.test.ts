/** A location names the engine: a directory or a `file:` URL is the embedded store. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { makeLimits } from '#dist/config/limits.js';
import { openStore } from '#dist/store/open.js';
import { temporaryDirectory } from '../support/directory.js';
import { openAt, put, value } from './suite/factory.js';

const limits = makeLimits();
const openOnce = async (
  location: string,
  use: (store: Awaited<ReturnType<typeof openStore>>) => Promise<unknown>,
) => {
  const store = await openAt({ open: () => openStore(location, limits) });
  await use(store);
  await store.close();
};

test('a directory and its file: URL are the same store', async () => {
  const directory = join(await temporaryDirectory(), 'a b');
  await openOnce(directory, (store) => put(store, 'key', 'value'));
  await openOnce(pathToFileURL(directory).href, async (store) =>
    expect(await value(store, 'key')).toBe('value'),
  );
});

test.each([
  ['cassandra://127.0.0.1', /a keyspace has .*give cassandra:\/\/HOST/],
  ['cassandra:///evenkeel', /names no hosts/],
  ['cassandra://a,b/evenkeel?rf=3', /no parameter rf/],
  ['S3://bucket', /takes a directory or a file: URL/],
  ['file://elsewhere/data', /data directory file:\/\/elsewhere\/data can't be used/],
])("%s is 'unusable', and the message says what can be used", async (location, message) => {
  await expect(openStore(location, limits)).rejects.toMatchObject({ code: 'unusable', message });
});
