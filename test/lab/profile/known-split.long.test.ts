/**
 * Programs whose split is known, against what is sampled of them. Each is sampled until it has used
 * enough CPU time, however long that takes, and only shares are compared: a busy machine changes
 * neither.
 */
import { describe, expect, it } from 'vitest';
import { attachTo } from '#dist/lab/profile/attach/attach.js';
import { profileOf } from '#dist/lab/profile/convert/profile-of.js';
import type { Profile } from '#dist/lab/profile/profile.js';
import { callInThread } from '#dist/lab/profile/sampling/inspector-connection.js';
import type { Recording } from '#dist/lab/profile/sampling/recording.js';
import { sampleKind } from '#dist/lab/profile/sampling/sample.js';
import { until } from '../../support/process.js';
import { shareOf, startProgram, total } from './program.js';

async function profile(name: string, kind: Recording['kind'], cpuMs: number): Promise<Profile> {
  const { pid } = await startProgram(name);
  const { connection, detach } = await attachTo(pid);
  const usedMs = async () => {
    const { user, system } = await callInThread(connection, () => process.cpuUsage());
    return (user + system) / 1000;
  };
  try {
    const enough = new AbortController();
    const sampling = sampleKind(kind, connection, { seconds: 100, signal: enough.signal });
    const enoughMs = (await usedMs()) + cpuMs;
    await until('it has worked enough', async () => (await usedMs()) >= enoughMs, {
      timeoutMs: 100_000,
      everyMs: 200,
    });
    enough.abort();
    return profileOf(await sampling);
  } finally {
    await detach();
  }
}

const split = { seventy: 70, twenty: 20, ten: 10 };

function expectSplit(profile: Profile): void {
  for (const [name, percent] of Object.entries(split))
    expect(Math.abs(shareOf(profile, name) - percent), name).toBeLessThan(10);
}

describe('CPU time', () => {
  it('split 70/20/10 in functions is sampled so within 10 points, without idle time', async () => {
    const sampled = await profile('cpu-split.mjs', 'cpu', 1500);
    expectSplit(sampled);
    const { user = 0, system = 0 } = sampled.metrics?.processCpuUs ?? {};
    const names = sampled.stacks.flatMap(({ frames }) => frames.map(({ name }) => name));
    expect(names).not.toContain('(idle)');
    // The windows of both differ by a few turns of this program's event loop.
    const turnsUs = 150_000;
    expect(total(sampled)).toBeLessThan(user + system + turnsUs);
    // The process has a little more: V8's helper threads, and the sampler's own thread.
    expect(total(sampled)).toBeGreaterThan(0.7 * (user + system));
  });

  it('of a worker thread stands below a frame that names the thread', async () => {
    const sampled = await profile('worker.mjs', 'cpu', 1500);
    expect(shareOf(sampled, 'worker busy-thread')).toBeGreaterThan(80);
    const [busy] = sampled.stacks.filter(({ frames }) =>
      frames.some(({ name }) => name === 'busyInThread'),
    );
    expect(busy?.frames[0]).toEqual({ name: 'worker busy-thread', kind: 'application' });
  });

  // Only Linux shows how long a thread was on a CPU.
  it.runIf(process.platform === 'linux')('does not include waiting inside a call', async () => {
    const sampled = await profile('waits.mjs', 'cpu', 700);
    // By the clock, it waits for at least three quarters of the time.
    expect(shareOf(sampled, 'works')).toBeGreaterThan(50);
  });
});

describe('allocations', () => {
  it('split 70/20/10 are sampled so within 10 points, though all was collected', async () => {
    // After more, the optimiser of V8 14 leaves out arrays that nobody reads.
    const sampled = await profile('allocation-split.mjs', 'alloc', 150);
    expectSplit(sampled);
    expect(sampled.metrics?.gc.count).toBeGreaterThan(0);
    expect(sampled.metrics?.gc.longestUs).toBeLessThanOrEqual(sampled.metrics?.gc.pauseUs ?? 0);
  });
});
