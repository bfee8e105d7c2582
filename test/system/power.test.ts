/**
 * A small share of `npm run test:power`: losses of power, failed writes, and that losses would
 * show.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { failWrites } from '../power/failures.js';
import { losePower } from '../power/losses.js';
import { PowerLab } from '../power/sessions.js';
import { requireMachine } from '../support/requirements.js';

const seed = Number(process.env.EVENKEEL_SEED ?? Date.now() % 1_000_000);

beforeAll(() => requireMachine({ programs: ['cc'] }));

async function openLab(): Promise<PowerLab> {
  const place = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  const directory = await mkdtemp(join(place, 'evenkeel-power-'));
  const lab = new PowerLab(fileURLToPath(new URL('../power', import.meta.url)), directory);
  onTestFinished(async () => {
    lab.stop();
    await rm(directory, { recursive: true, force: true });
  });
  return lab;
}

it('20 losses of power lose nothing acknowledged, and no file is refused', async () => {
  const { tally, acknowledged } = await losePower(await openLab(), { losses: 20, seed });
  expect(tally, `seed ${seed}`).toMatchObject({ opened: 20, wrong: 0, refused: 0, unlike: 0 });
  expect(acknowledged).toBeGreaterThan(100);
});

it('10 failed writes lose nothing acknowledged, and something is said of each', async () => {
  const { tally, silent } = await failWrites(await openLab(), { failures: 10, seed });
  expect(tally, `seed ${seed}`).toMatchObject({ wrong: 0, refused: 0, unlike: 0, details: [] });
  expect(silent).toBe(0);
});

it('a disk that lies about syncs is found out', async () => {
  const { tally } = await losePower(await openLab(), { losses: 20, seed, lie: true });
  expect(tally.wrong + tally.refused, `seed ${seed}`).toBeGreaterThan(0);
});
