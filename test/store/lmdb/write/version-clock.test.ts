/** The version clock under a scripted clock and disk: failed commits, restarts, lost batches. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { VersionClock } from '#dist/store/lmdb/write/version-clock.js';

type Event =
  | { readonly kind: 'clock'; readonly ms: number }
  /**
   * A batch of puts. It is stored, fails (a full disk), or the process ends: before its commit, or
   * after it, unacknowledged.
   */
  | {
      readonly kind: 'batch';
      readonly puts: number;
      readonly end: 'stored' | 'fails' | 'crash before' | 'crash after';
    }
  | { readonly kind: 'restart' };

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('clock' as const),
      // Near together and far apart, whole and not, before 1970 + 1 s too.
      ms: fc.oneof(
        fc.nat(3000),
        fc.nat(3_000_000).map((us) => us / 1000),
        fc.integer({ min: 0, max: 2 ** 42 }),
      ),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('batch' as const),
      puts: fc.oneof(fc.nat(5), fc.integer({ min: 0, max: 3000 })),
      end: fc.constantFrom(
        'stored' as const,
        'stored' as const,
        'fails' as const,
        'crash before' as const,
        'crash after' as const,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
);

/**
 * Plays the events; the disk keeps the versions and the ceiling of the batches that reached it.
 * Batches are committed in order, each when `ahead` more have been given. A crash loses the others.
 */
function play(events: readonly Event[], ahead = 0) {
  let nowMs = 1000;
  const disk = { ceiling: 0, versions: [] as number[] };
  let given: { versions: number[]; ceiling: number | undefined; end: string }[] = [];
  const start = () => {
    given = [];
    return new VersionClock(() => nowMs, disk.ceiling);
  };
  let versions = start();
  const commit = (most: number) => {
    while (given.length > most) {
      const batch = given.shift();
      if (batch === undefined || batch.end === 'fails') continue;
      if (batch.end === 'crash before') {
        versions = start();
        return;
      }
      disk.versions.push(...batch.versions);
      disk.ceiling = Math.max(disk.ceiling, batch.ceiling ?? 0);
      expect(batch.versions.every((version) => version < disk.ceiling)).toBe(true);
      if (batch.end === 'crash after') versions = start();
      else if (batch.ceiling !== undefined) versions.committed(batch.ceiling);
    }
  };
  for (const step of events) {
    if (step.kind === 'clock') nowMs = step.ms;
    else if (step.kind === 'restart') {
      commit(0);
      versions = start();
    } else {
      const own = Array.from({ length: step.puts }, () => versions.next());
      given.push({ versions: own, ceiling: versions.ceilingToStore, end: step.end });
      commit(ahead);
    }
  }
  commit(0);
  return disk;
}

const events = fc.array(event, { maxLength: 40 });

test('versions on the disk strictly rise, whatever the clock does or a crash undoes', () => {
  fc.assert(
    fc.property(events, fc.nat(4), (steps, ahead) => {
      const { versions } = play(steps, ahead);
      const wrong = versions.findIndex(
        (version, i) => !Number.isSafeInteger(version) || version <= (versions[i - 1] ?? 0),
      );
      expect(versions.slice(Math.max(0, wrong - 1), wrong + 1)).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test('versions given out by one process strictly rise, those of failed batches included', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(5_000_000), { minLength: 1, maxLength: 100 }),
      fc.maxSafeNat(),
      (clock, ceiling) => {
        let i = 0;
        const versions = new VersionClock(
          () => (clock[i++ % clock.length] ?? 0) / 1000,
          Math.floor(ceiling / 2),
        );
        let last = 0;
        for (let n = 0; n < 200; n++) {
          const version = versions.next();
          expect(version).toBeGreaterThan(last);
          last = version;
        }
      },
    ),
  );
});

describe('the ceiling', () => {
  test('is stored with the first batch, and then at most once in a second of versions', () => {
    let nowMs = 1_000_000;
    const versions = new VersionClock(() => nowMs, 0);
    let stored = 0;
    for (let i = 0; i < 10_000; i++, nowMs++) {
      versions.next();
      const ceiling = versions.ceilingToStore;
      if (ceiling === undefined) continue;
      stored++;
      versions.committed(ceiling);
    }
    expect(stored).toBe(10);
  });

  test('is at most a second ahead of the newest version', () => {
    const versions = new VersionClock(() => 5000, 0);
    versions.next();
    expect(versions.ceilingToStore).toBe(6_000_000);
  });

  test('of a batch that failed goes with the next one', () => {
    const versions = new VersionClock(() => 5000, 0);
    versions.next();
    const ceiling = versions.ceilingToStore;
    versions.next();
    expect(versions.ceilingToStore).toBe(ceiling);
    versions.committed(ceiling as number);
    expect(versions.ceilingToStore).toBeUndefined();
  });

  test('is where a restarted store goes on when the clock was set back', () => {
    expect(new VersionClock(() => 1, 9_000_000).next()).toBe(9_000_000);
    expect(new VersionClock(() => 9000.001, 9_000_000).next()).toBe(9_000_001);
  });
});
