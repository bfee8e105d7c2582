/** Programs whose split is known, against what is sampled of them. Shares, because a busy machine makes everything slower alike. */
import { describe, expect, it } from 'vitest';
import { attachTo } from '#dist/lab/profile/attach/attach.js';
import { profileOf } from '#dist/lab/profile/convert/profile-of.js';
import type { Profile } from '#dist/lab/profile/profile.js';
import type { Recording } from '#dist/lab/profile/sampling/recording.js';
import { sampleKind } from '#dist/lab/profile/sampling/sample.js';
import { shareOf, startProgram, total } from './program.js';

async function profile(name: string, kind: Recording['kind'], seconds: number): Promise<Profile> {
  const { pid } = await startProgram(name);
  const { connection, detach } = await attachTo(pid);
  try {
    return profileOf(await sampleKind(kind, connection, { seconds }));
  } finally {
    await detach();
  }
}

const split = [
  { name: 'seventy', percent: 70 },
  { name: 'twenty', percent: 20 },
  { name: 'ten', percent: 10 },
];

function expectSplit(profile: Profile): void {
  for (const { name, percent } of split) {
    expect(shareOf(profile, name), name).toBeGreaterThan(percent - 3);
    expect(shareOf(profile, name), name).toBeLessThan(percent + 3);
  }
}

describe('CPU time', () => {
  it('that is split 70/20/10 between three functions is sampled so within 3 points', async () => {
    expectSplit(await profile('cpu-split.mjs', 'cpu', 8));
  });

  it('is what the process used of the CPU, without its idle time', async () => {
    const sampled = await profile('cpu-split.mjs', 'cpu', 3);
    const { user = 0, system = 0 } = sampled.metrics?.processCpuUs ?? {};
    expect(sampled.stacks.flatMap(({ frames }) => frames.map(({ name }) => name))).not.toContain(
      '(idle)',
    );
    // The process has a little more: V8's helper threads, and the sampler's own thread.
    expect(total(sampled)).toBeLessThan(1.05 * (user + system));
    expect(total(sampled)).toBeGreaterThan(0.8 * (user + system));
    expect(total(sampled)).toBeLessThan(0.9 * sampled.durationUs);
  });

  it('of a worker thread stands below a frame that names the thread', async () => {
    const sampled = await profile('worker.mjs', 'cpu', 2);
    expect(shareOf(sampled, 'worker busy-thread')).toBeGreaterThan(90);
    const [busy] = sampled.stacks.filter(({ frames }) =>
      frames.some(({ name }) => name === 'busyInThread'),
    );
    expect(busy?.frames[0]).toEqual({ name: 'worker busy-thread', kind: 'application' });
  });

  // Only Linux tells how long a thread was on a CPU.
  it.runIf(process.platform === 'linux')('does not include waiting inside a call', async () => {
    const sampled = await profile('waits.mjs', 'cpu', 4);
    // By the clock it waits for three quarters of the time.
    expect(shareOf(sampled, 'works')).toBeGreaterThan(75);
  });
});

describe('allocations', () => {
  it('that are split 70/20/10 between three functions are sampled so within 3 points, though all was collected', async () => {
    const sampled = await profile('allocation-split.mjs', 'alloc', 5);
    expectSplit(sampled);
    expect(sampled.metrics?.gc.count).toBeGreaterThan(0);
    expect(sampled.metrics?.gc.longestUs).toBeLessThanOrEqual(sampled.metrics?.gc.pauseUs ?? 0);
  });
});
