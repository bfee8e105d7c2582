/**
 * Programs that do not behave: threads that never turn, that come and go, and processes that end
 * while they are sampled. All is in the picture, or the profile says what is missing.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { missingNotes } from '#dist/lab/profile/sampling/missing.js';
import { until } from '../../support/process.js';
import { shareOf, startProgram } from './program.js';
import { sampledUntil } from './sampled-until.js';

/** Enough for hundreds of samples. */
const someTime = () => sleep(700);
const forEver = () => sleep(100_000, undefined, { ref: false });

it('a loop that never ends is sampled, and figures are said to be missing', async () => {
  const faults = [
    { HOW: 'loop', name: 'spins' },
    { HOW: 'regexp', name: 'backtracks' },
    { HOW: 'wait', name: 'waits' },
  ];
  const each = faults.map(async ({ HOW, name }) => {
    const { pid, child, inspectorPort } = await startProgram('never-turns.mjs', undefined, { HOW });
    await sleep(300);
    const profile = await sampledUntil('cpu', pid, someTime);
    expect(shareOf(profile, name), HOW).toBeGreaterThan(90);
    expect(profile.metrics).toBeUndefined();
    expect(profile.notes).toEqual([expect.stringMatching(/^the event loop did not turn/)]);
    expect(child.exitCode).toBeNull();
    await expect(fetch(`http://127.0.0.1:${inspectorPort}/json`)).rejects.toThrow();
  });
  await Promise.all(each);
});

describe('a process that ends while it is sampled', () => {
  it('is sampled until then, and is not held', async () => {
    const ways = [
      { HOW: 'exit', code: 3 },
      { HOW: 'throw', code: 1 },
      { HOW: 'naturally', code: 0 },
    ];
    const each = ways.map(async ({ HOW, code }) => {
      const { pid, child } = await startProgram('ends.mjs', undefined, { HOW });
      const profile = await sampledUntil('cpu', pid, async () => {
        await someTime();
        child.kill('SIGUSR2');
        await forEver();
      });
      expect(shareOf(profile, 'works'), HOW).toBeGreaterThan(50);
      expect(profile.durationUs).toBeLessThan(60e6);
      expect(profile.notes).toEqual([
        expect.stringMatching(/^the process exited after \d+\.\d\d s/),
      ]);
      await until('it ends', () => child.exitCode !== null);
      expect(child.exitCode, HOW).toBe(code);
    });
    await Promise.all(each);
  });

  it('by SIGKILL is said to be gone, with its samples', async () => {
    const { pid, child } = await startProgram('ends.mjs');
    const sampling = sampledUntil('cpu', pid, async () => {
      child.kill('SIGKILL');
      await forEver();
    });
    await expect(sampling).rejects.toMatchObject({
      name: 'ProfileError',
      message: expect.stringMatching(/^process \d+ was killed or closed its inspector/),
    });
  });
});

describe('worker threads', () => {
  it('that start during the sampling are in it, and those that go are told', async () => {
    const { pid } = await startProgram('workers.mjs');
    const profile = await sampledUntil('cpu', pid, async (connection) => {
      const run = (name: string) =>
        connection.post('Runtime.evaluate', { expression: `start('${name}')`, awaitPromise: true });
      await run('turning');
      await run('looping');
      await run('brief');
      await someTime();
    });
    for (const name of ['turning', 'looping'])
      expect(shareOf(profile, `worker ${name}`), name).toBeGreaterThan(20);
    expect(shareOf(profile, 'busyInThread')).toBeGreaterThan(40);
    const [note = ''] = profile.notes ?? [];
    const [, seconds] =
      /1 worker thread \(brief\), ended .*, with (\d\.\d\d) s of CPU/.exec(note) ?? [];
    // It works for 0.3 s, by a clock that goes on while others have its CPU.
    expect(Number(seconds), note).toBeGreaterThan(process.platform === 'linux' ? 0.05 : -1);
    expect(Number(seconds), note).toBeLessThan(1);
  });
});

it('what is missing is put into words', () => {
  const nothing = {
    ended: [],
    silent: [],
    endedUs: 0,
    otherUs: 0,
    exitedUs: undefined,
    isLoopStuck: false,
  };
  expect(missingNotes(nothing)).toEqual([]);
  expect(
    missingNotes({ ...nothing, ended: ['a', 'a', 'b', 'c', 'd'], endedUs: 1_234_567 }),
  ).toEqual([
    'not in the picture: 5 worker threads (a, b, c, …), ended before the sampling did, ' +
      'with 1.23 s of CPU',
  ]);
  expect(missingNotes({ ...nothing, silent: ['a'], otherUs: -5 })).toEqual([
    'not in the picture: 1 worker thread (a), which did not respond; all threads that are not ' +
      'in it used 0.00 s of CPU',
  ]);
});
