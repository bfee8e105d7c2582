/** The way of a backup through the commands: made, checked, restored; and what each refuses. */
import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backupWith, contentOf } from '../support/backups.js';
import { expectOneLine, put } from '../support/command.js';
import { temporaryDirectory } from '../support/directory.js';
import { filledDirectory } from '../support/filled-directory.js';
import { entityUrl } from '../support/http.js';
import { runCommand, startCommand, startServer } from '../support/process.js';
import { makeTokens } from '../support/tokens.js';

const seed = Number(process.env.EVENKEEL_SEED ?? Date.now() % 1_000_000);
const flips = Number(process.env.EVENKEEL_FLIPS ?? 6);
const large = 'L'.repeat(700_000);

/** A running server with some entities. */
async function someServer(...flags: string[]) {
  const data = await temporaryDirectory();
  const server = await startServer(data, ['--admin-port', '0', ...flags]);
  return { ...server, data };
}

async function fill(url: string): Promise<void> {
  await put(url, 'one', '1');
  await put(url, 'two', '2');
  await put(url, 'large', large);
}

const all = new Map([
  ['large', large],
  ['one', '1'],
  ['two', '2'],
]);

test('a running server is backed up, checked, restored, and served again', async () => {
  const place = await temporaryDirectory();
  const server = await someServer();
  await fill(server.url);
  const made = await runCommand(['backup', '--url', server.adminUrl, '--to', place]);
  expect(made).toMatchObject({ code: 0, stdout: '' });
  const [name = '', ...others] = await readdir(place);
  expect(others).toEqual([]);
  expect(name).toMatch(/^evenkeel-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z\.evenkeel$/);
  expectOneLine(made.stderr, `wrote ${join(place, name)}, as of `, '3 entities');

  const file = join(place, name);
  const checked = await runCommand(['check', file]);
  expect(checked.code).toBe(0);
  expectOneLine(checked.stderr, `${file} is whole: 3 entities`, 'SHA-256 ');

  const data = join(place, 'restored');
  const restored = await runCommand(['restore', '--from', file, '--data', data]);
  expect(restored.code).toBe(0);
  expectOneLine(restored.stderr, `restored ${data}, as of `, '3 entities');
  const again = await startServer(data);
  for (const [key, value] of all)
    expect(await (await fetch(entityUrl(again.url, key))).text()).toBe(value);
});

test('with --json each command prints one line, and all have the same SHA-256', async () => {
  const place = await temporaryDirectory();
  const server = await someServer();
  await fill(server.url);
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await runCommand([...args, '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout) as Record<string, unknown>;
  };
  const file = join(place, 'now.evenkeel');
  const data = join(place, 'restored');
  const made = await run('backup', '--url', server.adminUrl, '--to', file);
  const { sha256, bytes, madeAt } = made;
  expect(made).toMatchObject({ file, entities: 3, madeAt: expect.stringMatching(/Z$/) });
  expect(await run('check', file)).toMatchObject({ ok: true, sha256, bytes, madeAt, damages: [] });
  expect(await run('restore', '--from', file, '--data', data)).toMatchObject({ sha256, madeAt });
  expect(await run('check', data)).toMatchObject({
    ...{ ok: true, sha256, bytes, entities: 3, expiring: 0, journalWrites: 0, damageCount: 0 },
  });
  expect(await run('compact', data)).toMatchObject({ sha256, entities: 3, data });
});

test('a directory that no server has open is backed up too', async () => {
  const place = await temporaryDirectory();
  const data = await filledDirectory(['one', 'two']);
  const file = join(place, 'x.evenkeel');
  expect((await runCommand(['backup', '--data', data, '--to', file])).code).toBe(0);
  expect((await contentOf(await readFile(file))).size).toBe(2);
});

test('a directory that is not there is made, and keeps each backup', async () => {
  const place = await temporaryDirectory();
  const data = await filledDirectory(['one']);
  for (const to of ['made', 'made', 'made/'])
    expect((await runCommand(['backup', '--data', data, '--to', join(place, to)])).code).toBe(0);
  expect(await readdir(join(place, 'made'))).toHaveLength(3);
  expect((await stat(join(place, 'made'))).mode & 0o777).toBe(0o700);
});

test('standard output and input carry a backup', async () => {
  const place = await temporaryDirectory();
  const data = await filledDirectory(['one']);
  const command = startCommand(['backup', '--data', data, '--to', '-']);
  command.child.stdout?.setEncoding('latin1');
  expect(await command.ended).toMatchObject({ code: 0 });
  await writeFile(join(place, 'piped'), command.stdout(), 'latin1');
  const bytes = await readFile(join(place, 'piped'));
  expect((await contentOf(bytes)).get('one')).toBe('one');
  const target = join(place, 'restored');
  const restoring = startCommand(
    ['restore', '--from', '-', '--data', target],
    ['sh', '-c', `exec "$0" "$@" < ${join(place, 'piped')}`, process.execPath],
  );
  expect(await restoring.ended).toMatchObject({ code: 0 });
  expect((await stat(join(target, 'data.mdb'))).size).toBeGreaterThan(0);
});

test('a server with tokens gives a backup to an admin', async () => {
  const { file, tokens } = await makeTokens({ boss: 'admin', writer: 'write' });
  const place = await temporaryDirectory();
  const server = await someServer('--tokens', file);
  for (const name of ['boss', 'writer'] as const)
    await writeFile(join(place, name), `${tokens[name]}\n`);
  const backup = (...flags: string[]) =>
    runCommand(['backup', '--url', server.adminUrl, '--to', join(place, 'out'), ...flags]);
  const unknown = await backup();
  expect(unknown.code).toBe(1);
  expectOneLine(unknown.stderr, 'refuses with 401');
  const writer = await backup('--token-file', join(place, 'writer'));
  expectOneLine(writer.stderr, 'refuses with 403');
  expect(await readdir(place)).not.toContain('out');
  const boss = await backup('--token-file', join(place, 'boss'));
  expect(boss.code).toBe(0);
  expect(boss.stderr + writer.stderr).not.toContain(tokens.boss);
});

describe('a changed or cut backup', () => {
  const backup = backupWith({
    a: Buffer.from('1'),
    b: Buffer.alloc(200_000, 'b'),
    c: Buffer.from('3'),
  });

  const timeout = 60_000 + 10_000 * flips;
  const turns = `${flips} bytes changed in turn`;
  test(`is refused by check and by restore, with ${turns}`, { timeout }, async () => {
    const place = await temporaryDirectory();
    const change = fc.record({
      at: fc.noBias(fc.nat(backup.length - 1)),
      mask: fc.integer({ min: 1, max: 255 }),
    });
    const changes = fc.sample(change, { seed, numRuns: flips });
    const files = await Promise.all(
      changes.map(async ({ at, mask }, i) => {
        const changed = Buffer.from(backup);
        changed[at] = (changed[at] as number) ^ mask;
        const file = join(place, `changed-${i}`);
        await writeFile(file, changed);
        return file;
      }),
    );
    const cut = join(place, 'cut');
    await writeFile(cut, backup.subarray(0, -1));
    for (const file of [...files, cut]) {
      const checked = await runCommand(['check', file]);
      const data = join(place, 'restored');
      const restored = await runCommand(['restore', '--from', file, '--data', data]);
      const said = `${file}, seed ${seed}: ${checked.stderr}${restored.stderr}`;
      expect([1, 7], said).toContain(checked.code);
      expect(restored.code, said).toBe(checked.code);
      expect(await readdir(place), said).not.toContain('restored');
    }
  });

  test('is damaged at an offset, and has a key', async () => {
    const place = await temporaryDirectory();
    const file = join(place, 'changed');
    const changed = Buffer.from(backup);
    const at = changed.indexOf('bbbb') + 1000;
    changed[at] = 0;
    await writeFile(file, changed);
    const { code, stderr } = await runCommand(['check', file]);
    expect(code).toBe(7);
    const [first = '', second = ''] = stderr.split('\n');
    expect(first).toMatch(/^evenkeel: .*changed, offset \d+, key b: the record fails its checksum/);
    expect(first).toContain('entities up to a are whole');
    expect(second).toContain(`${file} is DAMAGED: 1 entity`);
    const { stdout } = await runCommand(['check', '--json', file]);
    const found = JSON.parse(stdout);
    expect(found).toMatchObject({ ok: false, damageCount: 1, damages: [{ file, key: 'b' }] });
    expect(found).not.toHaveProperty('sha256');
  });
});

test('check names what is damaged in a store, and has an exit code of its own', async () => {
  const data = await filledDirectory(['alpha', 'beta']);
  const file = join(data, 'data.mdb');
  const bytes = await readFile(file);
  bytes[bytes.lastIndexOf('beta')] = 0x42;
  await writeFile(file, bytes);
  const { code, stdout } = await runCommand(['check', data, '--json']);
  expect(code).toBe(7);
  expect(JSON.parse(stdout)).toMatchObject({
    ok: false,
    damages: [{ file, offset: expect.any(Number), what: 'the record fails its checksum' }],
  });
  const backup = await runCommand(['backup', '--data', data, '--to', join(data, 'x')]);
  expect(backup.code).toBe(1);
  expectOneLine(backup.stderr, 'fails its checksum; PUT or DELETE it');
  expect(await readdir(data)).not.toContain('x');
});

describe('nothing is overwritten unasked', () => {
  test('a backup replaces a backup, and no other file', async () => {
    const place = await temporaryDirectory();
    const data = await filledDirectory(['one']);
    const file = join(place, 'x');
    const backup = () => runCommand(['backup', '--data', data, '--to', file]);
    await writeFile(file, 'the only copy of a novel');
    const refused = await backup();
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('is another file');
    expect(await readFile(file, 'utf8')).toBe('the only copy of a novel');
    await writeFile(file, backupWith({ old: Buffer.alloc(10) }));
    expect((await backup()).code).toBe(0);
    expect([...(await contentOf(await readFile(file))).keys()]).toEqual(['one']);
  });

  test('restore replaces a store with --replace alone', async () => {
    const place = await temporaryDirectory();
    const file = join(place, 'x');
    await writeFile(file, backupWith({ restored: Buffer.from('1') }));
    const data = await filledDirectory(['old']);
    const restore = (...flags: string[]) =>
      runCommand(['restore', '--from', file, '--data', data, ...flags]);
    const refused = await restore();
    expect(refused.code).toBe(1);
    expectOneLine(refused.stderr, `${data} has a store already (data.mdb)`, '--replace');
    expect((await restore('--replace')).code).toBe(0);
    const { url } = await startServer(data);
    expect((await fetch(entityUrl(url, 'old'))).status).toBe(404);
    expect((await fetch(entityUrl(url, 'restored'))).status).toBe(200);
  });
});

test('what a killed backup left in a directory is removed a day later', async () => {
  const place = await temporaryDirectory();
  const data = await filledDirectory(['one']);
  const [old, young] = ['evenkeel-.part-0123456789ab', 'evenkeel-.part-ba9876543210'];
  for (const name of [old, young]) await writeFile(join(place, name), 'half');
  const dayBefore = new Date(Date.now() - 25 * 3600 * 1000);
  await utimes(join(place, old), dayBefore, dayBefore);
  expect((await runCommand(['backup', '--data', data, '--to', place])).code).toBe(0);
  const names = await readdir(place);
  expect(names).toHaveLength(2);
  expect(names).toContain(young);
});
