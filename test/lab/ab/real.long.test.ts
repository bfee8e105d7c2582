/**
 * Real comparisons of builds whose difference is known: `npm run test:ab`. EVENKEEL_AB_COMPARISONS
 * sets how many, and how many need to be right follows from it.
 */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { compareBuilds } from '#dist/lab/ab/compare-builds.js';
import { buildRunner } from '#dist/lab/ab/run-build.js';
import { loadOptions } from '../load/request/options.js';

const count = Number(process.env.EVENKEEL_AB_COMPARISONS ?? 0);
const server = fileURLToPath(new URL('test-server.mjs', import.meta.url));
const plan = { maxRounds: 10, tolerance: 0.05, alarmShare: 0.05 };

/** @param us that each response of B takes longer */
async function compare(us: number) {
  const command = (more: number) => ({
    command: `exec ${process.execPath} ${server} {port} ${more}`,
    ...{ path: '/', parentDirectory: '/tmp' },
  });
  const run = buildRunner({
    targets: { a: command(0), b: command(us) },
    options: loadOptions({
      ...{ threads: 1, connections: 4, rate: 500 },
      durationMs: 2000,
      warmupMs: 1000,
    }),
    signal: new AbortController().signal,
    onFault: (build, reason) => console.log(`${build}: ${reason}`),
  });
  const made = await compareBuilds(run, plan);
  const words = made.changes.map(
    ({ figure, change, judgement, smallest }) =>
      `${figure} ${(100 * change).toFixed(1)} % ${judgement} (${(100 * smallest).toFixed(0)} %)`,
  );
  console.log(`${us} µs more, ${made.rounds.length} rounds: ${words.join(', ')}`);
  return made.changes.map(({ judgement }) => judgement);
}

test.skipIf(count === 0)(
  `${count} real comparisons of a build with itself find hardly any change`,
  { timeout: count * 300_000 },
  async () => {
    let alarms = 0;
    for (let made = 0; made < count; made++) {
      const judgements = await compare(0);
      if (judgements.includes('worse') || judgements.includes('better')) alarms++;
    }
    console.log(`${alarms} alarms in ${count} comparisons`);
    // One in 20 is expected; two more are chance.
    expect(alarms).toBeLessThanOrEqual(Math.ceil(count * 0.05) + 2);
  },
);

test.skipIf(count === 0)(
  `${Math.ceil(count / 2)} real comparisons with a build that takes 0.1 ms more find that`,
  { timeout: count * 300_000 },
  async () => {
    for (let made = 0; made < count / 2; made++) {
      const judgements = await compare(100);
      expect(judgements).toContain('worse');
    }
  },
);
