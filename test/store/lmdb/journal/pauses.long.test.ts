/** A process that stands still, and a clock that is set back, while the journal is in use. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import { temporaryDirectory } from '../../../support/directory.js';
import { openAt, value } from '../../suite/factory.js';
import { startChild } from '../child/child.js';
import { KiB } from './killed-store.js';

const journal = { maxSegmentBytes: 256 * KiB, maxAgeMs: 20 };

test('a process that is stopped in checkpoints, and goes on, loses nothing', async () => {
  const directory = await temporaryDirectory();
  const child = await startChild('./holder.mjs');
  expect(await child.ask({ do: 'open', directory, journal })).toEqual({});
  const written = new Map<string, number>();
  for (let round = 0; round < 8; round++) {
    const writes = Array.from({ length: 200 }, (_, i) => ({
      key: `key-${(7 * i + round) % 150}`,
      valueBytes: 500 + 10 * ((i + round) % 300),
    }));
    for (const { key, valueBytes } of writes) written.set(key, valueBytes);
    const ended = child.ask({ do: 'many', writes });
    await sleep(5 + 4 * round);
    child.signal('SIGSTOP');
    await sleep(60);
    child.signal('SIGCONT');
    const { endings } = await ended;
    expect(await child.ask({ do: 'failure' })).toEqual({});
    expect(new Set(endings as string[])).toEqual(new Set(['stored']));
    for (const [key, bytes] of [...written].slice(0, 10))
      expect(await child.ask({ do: 'get', key })).toEqual({ value: 'v'.repeat(bytes) });
  }
  await child.kill();
  const store = await openAt({ open: () => openLmdb({ directory }) });
  for (const [key, bytes] of written) expect(await value(store, key)).toBe('v'.repeat(bytes));
});

test('versions rise, and nothing is lost, with a clock set back before a kill', async () => {
  const directory = await temporaryDirectory();
  const later = Date.UTC(2030, 0, 1);
  const earlier = Date.UTC(2026, 0, 1);
  const versions: number[] = [];
  for (const nowMs of [later, earlier, later, earlier - 1000]) {
    const child = await startChild('./holder.mjs');
    expect(await child.ask({ do: 'open', directory, journal, nowMs: later })).toEqual({});
    expect(await child.ask({ do: 'put', key: 'before', value: `${nowMs}` })).toEqual({});
    expect(await child.ask({ do: 'setClock', nowMs })).toEqual({});
    for (let i = 0; i < 20; i++)
      expect(await child.ask({ do: 'put', key: `key-${i}`, value: `${nowMs}` })).toEqual({});
    versions.push((await child.ask({ do: 'version', key: 'before' })).version as number);
    versions.push((await child.ask({ do: 'version', key: 'key-19' })).version as number);
    await child.kill();
    const store = await openLmdb({ directory, now: () => earlier });
    expect(await value(store, 'before')).toBe(`${nowMs}`);
    for (let i = 0; i < 20; i++) expect(await value(store, `key-${i}`)).toBe(`${nowMs}`);
    versions.push((await store.put(Buffer.from('between'), [])).version);
    await store.close();
  }
  expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
});
