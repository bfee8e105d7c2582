/** A server holds what the one before it held when it was killed. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { serve } from 'evenkeel';
import { describe, expect, it } from 'vitest';
import { crashRounds } from '../support/crash.js';
import { temporaryDirectory } from '../support/directory.js';
import { Ledger } from '../support/ledger.js';
import { startCommand, until } from '../support/process.js';

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
