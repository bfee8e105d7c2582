/** `evenkeel copy` between two directories. Clusters: test/cluster/copy.test.ts. */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import type { Entity } from '#dist/store/store.js';
import { expectOneLine } from '../support/command.js';
import { temporaryDirectory } from '../support/directory.js';
import { filledDirectory } from '../support/filled-directory.js';
import { runCommand, startCommand, startServer, until } from '../support/process.js';

const bytes = (text: string) => Buffer.from(text);
const entity = (key: string, value: string, version: number): Entity => ({
  key: bytes(key),
  value: bytes(value),
  version,
});

/** A directory that has the entities. */
async function directoryOf(entities: readonly Entity[]): Promise<string> {
  const directory = await temporaryDirectory();
  await loadInto(directory, entities);
  return directory;
}

async function loadInto(directory: string, entities: readonly Entity[]): Promise<void> {
  const store = await openLmdb({ directory });
  await store.load(entities);
  await store.close();
}

/** All that a directory has. Texts are compared faster than bytes. */
async function entitiesOf(directory: string) {
  const store = await openLmdb({ directory });
  const text = (part: Uint8Array) => Buffer.from(part).toString('latin1');
  const all = [];
  for await (const page of store.range({ start: Buffer.of(0) }))
    for (const { key, value, ...rest } of page)
      all.push({ key: text(key), value: text(value), ...rest });
  await store.close();
  return all;
}

function copy(from: string, to: string, ...flags: readonly string[]) {
  return runCommand(['copy', '--from', from, '--to', to, ...flags]);
}

test('all is equal: keys, versions, times of expiry, fields, and values of each size', async () => {
  const from = await temporaryDirectory();
  const store = await openLmdb({ directory: from });
  const fields = { contentType: 'text/plain', contentEncoding: 'gzip', meta: { owner: 'me' } };
  await store.put(Buffer.of(0), []);
  await store.put(Buffer.alloc(1024, 0xff), [bytes('last')], { ttlMs: 3_600_000 });
  await store.put(bytes('described'), [bytes('x')], { fields, ttlMs: 86_400_000 });
  await store.put(bytes('large'), [Buffer.alloc(1_000_000, 'large')], { fields });
  await store.put(bytes('gone'), [bytes('x')], { ttlMs: 1 });
  for (let i = 0; i < 500; i++) void store.put(bytes(`key ${i}`), [Buffer.alloc(i, `${i}`)]);
  await store.put(bytes('b'), [bytes('last written')]);
  await store.close();
  const to = join(await temporaryDirectory(), 'made');
  const { code, stdout, stderr } = await copy(from, to);
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  expectOneLine(stderr, 'copied 505 entities, 1.1 MiB, in ', '; compared: 505 equal\n');
  expect(await entitiesOf(to)).toEqual(await entitiesOf(from));
});

test('--json prints the counts, and a second copy changes nothing', async () => {
  const from = await directoryOf([entity('a', 'one', 1), entity('b', 'two', 2)]);
  const to = await directoryOf([entity('b', 'newer', 3), entity('c', 'theirs', 1)]);
  const counts = { equal: 1, newer: 1, missing: 0, different: 0, onlyInTarget: 1 };
  for (let round = 0; round < 2; round++) {
    const { code, stdout, stderr } = await copy(from, to, '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const done = { copied: 2, bytes: 8, damaged: 0, refused: 0 };
    expect(JSON.parse(stdout)).toEqual({ ...done, ...counts, ok: true });
  }
  expect((await entitiesOf(to)).map(({ value }) => value)).toEqual(['one', 'newer', 'theirs']);
});

test('a copy that is killed goes on from its state, and ends equal', async () => {
  const entities = Array.from({ length: 30_000 }, (_, i) =>
    entity(`key ${String(i).padStart(6, '0')}`, `${i} `.repeat(150), 1000 + i),
  );
  const from = await directoryOf(entities);
  const [to, other] = [await temporaryDirectory(), await temporaryDirectory()];
  const state = join(other, 'state');
  const flags = ['--from', from, '--to', to, '--state', state];
  const { child, ended } = startCommand(['copy', ...flags]);
  await until('the first group is stored', () => existsSync(state), { everyMs: 1 });
  child.kill('SIGKILL');
  expect(await ended).toEqual({ code: null, signal: 'SIGKILL' });
  expect(JSON.parse(await readFile(state, 'utf8'))).toMatchObject({ from, to });
  const wrong = await copy(from, other, '--state', state);
  expect(wrong.code).toBe(1);
  expectOneLine(wrong.stderr, `${state} is the state of a copy from ${from} to ${to}`);
  const { code, stdout, stderr } = await runCommand(['copy', ...flags, '--json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { copied, equal, ok } = JSON.parse(stdout);
  expect(copied).toBeLessThan(entities.length);
  expect({ equal, ok }).toEqual({ equal: entities.length, ok: true });
  expect(existsSync(state)).toBe(false);
});

test('one that is interrupted says how to go on', async () => {
  const entities = Array.from({ length: 30_000 }, (_, i) =>
    entity(`key ${String(i).padStart(6, '0')}`, `${i} `.repeat(150), 1000 + i),
  );
  const [from, to] = [await directoryOf(entities), await temporaryDirectory()];
  const state = join(await temporaryDirectory(), 'state');
  const command = startCommand(['copy', '--from', from, '--to', to, '--state', state]);
  await until('the first group is stored', () => existsSync(state), { everyMs: 1 });
  command.child.kill('SIGINT');
  expect(await command.ended).toEqual({ code: 130, signal: null });
  const again = `evenkeel copy --from ${from} --to ${to}`;
  expectOneLine(command.stderr(), `interrupted; to go on: ${again} --state ${state}`);
  const { after } = JSON.parse(await readFile(state, 'utf8'));
  const { code, stdout } = await copy(from, to, '--after', after, '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ equal: entities.length, ok: true });
});

test('a damaged record is named, and all others are copied', async () => {
  const entities = Array.from({ length: 5000 }, (_, i) =>
    entity(`key ${String(i).padStart(4, '0')}`, `value ${i} of ${'x'.repeat(60)}`, 1000 + i),
  );
  const from = await directoryOf(entities);
  const file = join(from, 'data.mdb');
  const content = await readFile(file);
  // Pages that are free hold old copies.
  for (const value of [bytes('value 77 of'), bytes('value 4999 of')])
    for (let at = content.indexOf(value); at >= 0; at = content.indexOf(value, at)) content[at] = 0;
  await writeFile(file, content);
  const to = await temporaryDirectory();
  const { code, stderr } = await copy(from, to);
  expect(code).toBe(1);
  expect(stderr.split('\n')).toEqual([
    expect.stringMatching(/^evenkeel: key%200077 is damaged in --from: its record fails /),
    expect.stringMatching(/^evenkeel: key%204999 is damaged in --from: /),
    expect.stringMatching(/ copied 4998 .*; compared: 4998 equal; 2 damaged in --from$/),
    '',
  ]);
  const intact = entities.filter((_, i) => i !== 77 && i !== 4999);
  const copied = (await entitiesOf(to)).map(({ key }) => key);
  expect(copied).toEqual(intact.map(({ key }) => `${key}`));
});

test('the second pass names what is missing or different in the target', async () => {
  const now = Date.now();
  const from = await directoryOf([
    entity('a', 'one', 10),
    { ...entity('b', 'two', 10), expiresMs: now + 3_600_000 },
    { ...entity('c', 'three', 10), fields: { contentType: 'text/plain' } },
    entity('d', 'four', 10),
    entity('e', 'five', 10),
    entity('f', 'six', 10),
  ]);
  const to = await directoryOf([
    entity('a', 'ONE', 10),
    { ...entity('b', 'two', 10), expiresMs: now + 7_200_000 },
    entity('c', 'three', 10),
    entity('d', 'four', 9),
    entity('f', 'six', 10),
    entity('g', 'seven', 10),
  ]);
  const { code, stderr } = await copy(from, to, '--only', 'compare');
  expect(code).toBe(1);
  expect(stderr).toBe(
    [
      'a has another value in --to',
      'b has another time of expiry in --to',
      'c has another set of fields in --to',
      'd has another version in --to',
      'e is missing in --to',
      'compared: 1 equal, 1 missing, 4 different, 1 in --to alone',
    ]
      .map((line) => `evenkeel: ${line}\n`)
      .join(''),
  );
  const copied = await copy(from, to, '--only', 'copy');
  expect(copied.code).toBe(0);
  expectOneLine(copied.stderr, 'copied 6 entities, ');
  expect((await copy(from, to, '--only', 'compare')).code).toBe(0);
});

test('a directory that a server has open is named, on either side', async () => {
  const open = await filledDirectory(['a']);
  const server = await startServer(open);
  const other = await filledDirectory(['b']);
  for (const [from, to] of [
    [open, other],
    [other, open],
  ] as const) {
    const { code, stderr } = await copy(from, to);
    expect(code).toBe(1);
    expectOneLine(stderr, `${open} is open in a server; stop that first`);
  }
  await server.end('SIGTERM');
  expect((await copy(open, other)).code).toBe(0);
});

test('a source that is missing is not made', async () => {
  const [from, to] = [join(await temporaryDirectory(), 'none'), await temporaryDirectory()];
  const { code, stderr } = await copy(from, to);
  expect(code).toBe(1);
  expectOneLine(stderr, `no store is in ${from}`);
  expect(existsSync(from)).toBe(false);
});

test('a state that is not one is named', async () => {
  const from = await filledDirectory(['a']);
  const { code, stderr } = await copy(from, await temporaryDirectory(), '--state', 'package.json');
  expect(code).toBe(1);
  expectOneLine(stderr, 'package.json is not the state of a copy; name another file');
});

test.each([
  [[], /copy needs --from and --to/],
  [['--from', 'a'], /copy needs --from and --to/],
  [['--from', 'src', '--to', './src/'], /--from and --to are the same store, src/],
  [['--from', 'a', '--to', 'b', 'c'], /unexpected argument 'c'/],
  [['--from', 'a', '--to', 'b', '--only', 'both'], /--only takes copy or compare, got 'both'/],
  [['--from', 'a', '--to', 'b', '--after', '%'], /--after takes a key of 1 to 1024 bytes/],
  [['--from', 'a', '--to', 'b', '--after', 'k', '--state', 's'], /--state and --after/],
  [['--from', 'a', '--to', 'b', '--cassandra-user', 'me'], /go together; give both/],
] as const)('%j is refused with exit code 2', async (args, message) => {
  const { code, stdout, stderr } = await runCommand(['copy', ...args]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(message);
});
