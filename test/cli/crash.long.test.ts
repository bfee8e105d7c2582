/** A server holds what the one before it held when it was killed. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { serve } from 'evenkeel';
import { describe, expect, it } from 'vitest';
import { lines, numbered, openBatch, putting, receivedLines } from '../server/batch-client.js';
import { crashRounds } from '../support/crash.js';
import { temporaryDirectory } from '../support/directory.js';
import { Ledger } from '../support/ledger.js';
import { startCommand, startServer, until } from '../support/process.js';

const rounds = Number(process.env.EVENKEEL_CRASH_ROUNDS ?? 3);
const seed = Number(process.env.EVENKEEL_CRASH_SEED ?? Math.floor(Math.random() * 2 ** 32));

it(`${rounds} kills under load lose no acknowledged write and bring no deleted key back`, {
  timeout: 30_000 + rounds * 10_000,
}, async () => {
  const report = await crashRounds({ directory: await temporaryDirectory(), rounds, seed });
  console.log(
    `${report.rounds} kills, seed ${seed}: ${report.acknowledged} writes acknowledged, ` +
      `${report.inFlight} in flight, ${report.wrong.length} keys wrong`,
  );
  expect(report.wrong, `EVENKEEL_CRASH_SEED=${seed}`).toEqual([]);
  // Otherwise nothing was tested.
  expect(report.acknowledged).toBeGreaterThanOrEqual(rounds * 20);
  expect(report.inFlight).toBeGreaterThan(0);
});

it('a batch that ends with a kill has stored every line that it acknowledged', {
  timeout: 60_000,
}, async () => {
  const directory = await temporaryDirectory();
  const acknowledged = new Map<string, string>();
  for (let round = 0; round < rounds; round++) {
    const server = await startServer(directory);
    const batch = await openBatch(server.url);
    let sent = 0;
    let done = 0;
    const ended = batch.closed.then(() => true);
    for (let isOver = false; !isOver; ) {
      const received = receivedLines(batch).length;
      if (received > 300) server.child.kill('SIGKILL');
      const count = sent - received > 5000 ? 0 : 1 + Math.floor(Math.random() * 200);
      if (count > 0)
        batch.sendLines(
          numbered(count)
            .map((_, i) => `${lines(putting(`${round}-${sent + i}`, `value ${round}`))}\n`)
            .join(''),
        );
      sent += count;
      isOver = await Promise.race([ended, new Promise<false>((go) => setImmediate(go, false))]);
    }
    await server.ended;
    for (const { status } of receivedLines(batch)) {
      expect(status).toBe(201);
      acknowledged.set(`${round}-${done++}`, `value ${round}`);
    }
    expect(done).toBeGreaterThan(0);
  }
  const last = await startServer(directory);
  const headers = { Accept: 'application/x-ndjson' };
  const listing = await fetch(`${last.url}/v0/entities?start=0`, { headers });
  const held = new Map(
    (await listing.text())
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as { key: string; value: string })
      .map(({ key, value }) => [key, Buffer.from(value, 'base64').toString()]),
  );
  for (const [key, value] of acknowledged) expect(held.get(key), key).toBe(value);
  // Lines are stored in their order: nothing is missing before the last one.
  for (let round = 0; round < rounds; round++) {
    const stored = [...held].filter(([, value]) => value === `value ${round}`);
    for (const [i] of stored.entries()) expect(held.get(`${round}-${i}`)).toBe(`value ${round}`);
  }
});

it('a server killed at any moment of its first start leaves a directory that opens', async () => {
  for (let delayMs = 0; delayMs <= 50; delayMs += 10) {
    const data = join(await temporaryDirectory(), 'data');
    const { child, ended } = startCommand(['serve', '--port', '0', '--json', '--data', data]);
    await until('the directory is made', () => existsSync(data), { everyMs: 1 });
    await sleep(delayMs);
    child.kill('SIGKILL');
    await ended;
    const server = await serve({ port: 0, data });
    expect((await fetch(`${server.url}/v0/status`)).status).toBe(200);
    await server.close();
  }
});

describe('the ledger of the crash test', () => {
  const key = 'a';

  it('knows the last acknowledged write as the only outcome', () => {
    const ledger = new Ledger([key]);
    expect(ledger.outcomes(key)).toEqual(new Set([undefined]));
    ledger.acknowledge(ledger.begin(key, 'one'));
    expect(ledger.outcomes(key)).toEqual(new Set(['one']));
    ledger.acknowledge(ledger.begin(key, undefined));
    expect(ledger.outcomes(key)).toEqual(new Set([undefined]));
  });

  it('adds the outcome of a write in flight, and takes that of a refused one away', () => {
    const ledger = new Ledger([key]);
    ledger.acknowledge(ledger.begin(key, 'one'));
    const write = ledger.begin(key, 'two');
    expect(ledger.outcomes(key)).toEqual(new Set(['one', 'two']));
    ledger.withdraw(write);
    expect(ledger.outcomes(key)).toEqual(new Set(['one']));
  });

  it('lets either of two writes that overlapped be the last, and a later one replace both', () => {
    const ledger = new Ledger([key]);
    const [one, two] = [ledger.begin(key, 'one'), ledger.begin(key, 'two')];
    ledger.acknowledge(two);
    ledger.acknowledge(one);
    expect(ledger.outcomes(key)).toEqual(new Set(['one', 'two']));
    ledger.acknowledge(ledger.begin(key, 'three'));
    expect(ledger.outcomes(key)).toEqual(new Set(['three']));
  });
});
