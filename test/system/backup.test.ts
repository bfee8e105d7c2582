/**
 * Backups of a server under load, restored and looked at; the drill of the document, as it is
 * printed; and full disks, at the target and under the store.
 *
 * EVENKEEL_RATE sets the PUTs per second, EVENKEEL_BACKUPS how many backups.
 */

import { once } from 'node:events';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { BackupReader } from '#dist/store/backup/backup-reader.js';
import { checkDirectory } from '#dist/store/lmdb/check/directory-check.js';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import { backupWith, read } from '../support/backups.js';
import { ChainLoad, faultsOf } from '../support/chain-load.js';
import { expectOneLine, put } from '../support/command.js';
import { temporaryDirectory } from '../support/directory.js';
import { entityUrl } from '../support/http.js';
import { mainFile, runCommand, startCommand, startServer } from '../support/process.js';
import { requireMachine } from '../support/requirements.js';
import { smallDisk } from '../support/small-disk.js';

const rate = Number(process.env.EVENKEEL_RATE ?? 10_000);
const backups = Number(process.env.EVENKEEL_BACKUPS ?? 3);
const chains = 32;

beforeAll(() => requireMachine({ programs: ['mount'], root: true }));

/** The values of a directory by key. */
async function valuesOf(directory: string): Promise<Map<string, string>> {
  const values = new Map<string, string>();
  const store = await openLmdb({ directory });
  for await (const page of store.range({ start: Buffer.of(0) }))
    for (const { key, value } of page)
      values.set(Buffer.from(key).toString(), Buffer.from(value).toString());
  await store.close();
  return values;
}

test(`${backups} backups under load restore to states that held at one moment`, {
  timeout: 120_000 + 60_000 * backups,
}, async () => {
  const place = await temporaryDirectory();
  const data = join(place, 'data');
  const server = await startServer(data, ['--admin-port', '0']);
  const load = new ChainLoad(server.url, chains, rate);
  const sizes: number[] = [];
  for (let i = 0; i < backups; i++) {
    const before = [...load.acknowledged];
    const file = join(place, `${i}.evenkeel`);
    const made = await runCommand(['backup', '--url', server.adminUrl, '--to', file]);
    expect(made.code, made.stderr).toBe(0);
    const directory = join(place, `restored-${i}`);
    const restored = await runCommand(['restore', '--from', file, '--data', directory]);
    expect(restored.code, restored.stderr).toBe(0);
    const values = await valuesOf(directory);
    expect(faultsOf(values, before)).toEqual([]);
    sizes.push(values.size);
  }
  console.log(`${Math.round(load.rate)} PUTs per second; backups of ${sizes.join(', ')} entities`);
  await load.stop();
  expect(await server.end('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(faultsOf(await valuesOf(data), load.acknowledged)).toEqual([]);
  // Otherwise nothing was tested.
  expect(sizes.at(-1)).toBeGreaterThan(sizes[0] as number);
});

test('the restore drill of the document runs as it is printed', async () => {
  const place = await temporaryDirectory();
  const server = await startServer(join(place, 'data'), ['--admin-port', '0']);
  for (let i = 0; i < 100; i++) await put(server.url, `key ${i}`, `value ${i}`);
  for (let times = 0; times < 2; times++)
    expect((await runCommand(['backup', '--url', server.adminUrl, '--to', place])).code).toBe(0);
  const document = fileURLToPath(new URL('../../docs/operations.md', import.meta.url));
  const [, drill = ''] =
    /### Restore drill\n.*?^```sh\n(.*?)^```$/ms.exec(await readFile(document, 'utf8')) ?? [];
  const script = drill
    .replaceAll('/var/backups/evenkeel', place)
    .replaceAll('8081', String(await freePort()));
  expect(script).toContain(place);
  const evenkeel = `evenkeel() { ${process.execPath} ${mainFile} "$@"; }\n`;
  const file = join(place, 'drill.sh');
  // In a shell a background function is a shell of its own, which does not pass a signal on.
  await writeFile(
    file,
    evenkeel + script.replace('evenkeel serve', `exec ${process.execPath} ${mainFile} serve`),
  );
  const { stdout, stderr, ended } = startCommand([], ['sh', file]);
  expect(await ended, stderr()).toEqual({ code: 0, signal: null });
  expect(stdout()).toMatch(/^100 .*all\.ndjson$/m);
  expect(stderr()).toContain('is whole: 100 entities');
  for (const name of await readdir(place))
    if (name.endsWith('.evenkeel')) await rm(join(place, name));
  const without = startCommand([], ['sh', file]);
  expect((await without.ended).code).not.toBe(0);
  expect(without.stdout()).toBe('');
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

describe('a full disk', () => {
  const values = Object.fromEntries(
    Array.from({ length: 60 }, (_, i) => [`key ${i}`, Buffer.alloc(200_000, i)]),
  );

  async function restoredDirectory(place: string): Promise<string> {
    const file = join(await temporaryDirectory(), 'x.evenkeel');
    await writeFile(file, backupWith(values));
    const { code, stderr } = await runCommand(['restore', '--from', file, '--data', place]);
    expect(code, stderr).toBe(0);
    return place;
  }

  test('at the target leaves no backup, and says so', async () => {
    const disk = await smallDisk(12, 6);
    const data = await restoredDirectory(join(await temporaryDirectory(), 'data'));
    const run = () => runCommand(['backup', '--data', data, '--to', disk.directory]);
    const { code, stderr } = await run();
    expect(code).toBe(1);
    expectOneLine(stderr, 'the disk is full', '--to');
    expect(await readdir(disk.directory)).toEqual(['ballast']);
    await disk.makeRoom();
  });

  test('under a restored store leaves none, and says so', async () => {
    const disk = await smallDisk(12, 6);
    const file = join(await temporaryDirectory(), 'x.evenkeel');
    await writeFile(file, backupWith(values));
    const data = join(disk.directory, 'data');
    const { code, stderr } = await runCommand(['restore', '--from', file, '--data', data]);
    expect(code).toBe(1);
    expectOneLine(stderr, 'no space left for the data file');
    await expect(readdir(disk.directory)).resolves.toEqual(['ballast']);
  });

  test('leaves a store that can not be compacted as it was', async () => {
    const disk = await smallDisk(32, 12);
    const data = await restoredDirectory(join(disk.directory, 'data'));
    const before = await checkDirectory(data);
    const { code, stderr } = await runCommand(['compact', data]);
    expect(code).toBe(1);
    expectOneLine(stderr, 'no space left for the data file');
    expect((await checkDirectory(data)).digest).toEqual(before.digest);
    expect((await readdir(data)).filter((name) => name.includes('-new-'))).toEqual([]);
    await disk.makeRoom();
    expect((await runCommand(['compact', data])).code).toBe(0);
  });

  test('under a server ends the backup that keeps its pages, and writes go on', async () => {
    const disk = await smallDisk(64, 1);
    const server = await startServer(join(disk.directory, 'data'), ['--admin-port', '0']);
    const value = 'v'.repeat(100_000);
    for (let i = 0; i < 200; i++) await put(server.url, `key ${i}`, value);
    // A reader that reads nothing.
    const asked = request(`${server.adminUrl}/backup`, { method: 'POST' }).end();
    const [response] = (await once(asked, 'response')) as [import('node:http').IncomingMessage];
    // Each overwrite takes new pages, as long as the old ones are kept.
    let refused = 0;
    for (let i = 0; i < 1500; i++) {
      const url = entityUrl(server.url, `key ${i % 200}`);
      const { status } = await fetch(url, { method: 'PUT', body: value });
      expect([201, 507]).toContain(status);
      if (status === 507) refused++;
    }
    await expect(read(new BackupReader(response))).rejects.toMatchObject({
      code: 'given-up',
      message: 'the disk of the store is full',
    });
    // Those that came before its transaction was over.
    expect(refused).toBeLessThan(50);
    await put(server.url, 'key 1', value);
  });
});
