/** The crash test of test/cli/crash.long.test.ts, for longer and with more clients. */
import { expect, it } from 'vitest';
import { crashRounds } from '../support/crash.js';
import { temporaryDirectory } from '../support/directory.js';

const rounds = Number(process.env.EVENKEEL_CRASH_ROUNDS ?? 50);
const kills = Number(process.env.EVENKEEL_KILLS ?? 30);
const seed = Number(process.env.EVENKEEL_CRASH_SEED ?? Math.floor(Math.random() * 2 ** 32));

it(`${rounds} kills under load lose no acknowledged write and bring no deleted key back`, {
  timeout: 60_000 + rounds * 20_000,
}, async () => {
  const directory = await temporaryDirectory();
  const report = await crashRounds({
    directory,
    rounds,
    seed,
    clients: 32,
    keys: 200,
    writesPerRound: [100, 4000],
  });
  console.log(
    `${report.rounds} kills, seed ${seed}: ${report.acknowledged} writes acknowledged, ` +
      `${report.inFlight} in flight, ${report.wrong.length} keys wrong`,
  );
  expect(report.wrong, `EVENKEEL_CRASH_SEED=${seed}`).toEqual([]);
  expect(report.acknowledged).toBeGreaterThanOrEqual(rounds * 100);
});

it(`${kills} kills in checkpoints and while the store opens lose no acknowledged write`, {
  timeout: 60_000 + kills * 20_000,
}, async () => {
  // Every second kill of a server with load is followed by one while the next opens the store.
  const underLoad = Math.ceil((2 * kills) / 3);
  const report = await crashRounds({
    directory: await temporaryDirectory(),
    rounds: underLoad,
    seed,
    keys: 400,
    writesPerRound: [100, 1500],
    smallSegments: true,
  });
  const { inCheckpoint, whileOpening, justOpened } = report;
  console.log(
    `${underLoad} kills under load, ${inCheckpoint} of them in a checkpoint, seed ${seed}; then ` +
      `${whileOpening} while the store opened and ${justOpened} just after it: ` +
      `${report.acknowledged} writes acknowledged, ${report.wrong.length} keys wrong`,
  );
  expect(report.wrong, `EVENKEEL_CRASH_SEED=${seed}`).toEqual([]);
  expect(inCheckpoint + whileOpening).toBeGreaterThanOrEqual(kills / 3);
});
