/**
 * A counter raised by compare-and-swap over HTTP ends exact, however often the server is killed.
 * EVENKEEL_CAS_KILLS=200 makes a long run.
 */
import { expect, it } from 'vitest';
import { countThroughKills } from '../support/counter.js';
import { temporaryDirectory } from '../support/directory.js';

const kills = Number(process.env.EVENKEEL_CAS_KILLS ?? 10);
const seed = Number(process.env.EVENKEEL_CAS_SEED ?? Math.floor(Math.random() * 2 ** 32));

it(`16 clients raise a counter through ${kills} kills, and it ends exact`, {
  timeout: 60_000 + kills * 20_000,
}, async () => {
  const { wrong, ...figures } = await countThroughKills({
    directory: await temporaryDirectory(),
    kills,
    clients: 16,
    stepsPerKill: [10, 200],
    seed,
  });
  console.log(`${kills} kills, seed ${seed}: ${JSON.stringify(figures)}`);
  expect(wrong, `EVENKEEL_CAS_SEED=${seed}`).toEqual([]);
  expect(figures.total).toBe(figures.steps);
  // Otherwise nothing was tested.
  expect(figures.conflicts).toBeGreaterThan(kills);
  expect(figures.lostDone + figures.lostUndone).toBeGreaterThan(0);
});
