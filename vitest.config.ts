/**
 * The tests run against what ships: the compiled code in dist/. `npm test` runs `unit`.
 * `npm run test:long` runs `long`, tests of many processes, of statistics and of damaged bytes, and
 * `full-lane`, the server's tests without the fast lane. All of them need nothing but Node.
 * `npm run test:system` runs `system`, which needs Linux, root and Debian packages.
 * `npm run test:cluster` runs `cluster`, which needs Java 17 and Maven: see test/cluster/setup.ts.
 */
import { defineConfig } from 'vitest/config';

/** More than `npm test` has time for. */
const races = process.env.EVENKEEL_RACES ?? '200';
const long = 'test/**/*.long.test.ts';
const elsewhere = ['test/system/**', 'test/cluster/**', 'test/packages/**'];

/** No test asserts a time, so a limit only ends a test that hangs, on a busy machine too. */
const testTimeout = 120_000;
const poll = { timeout: 30_000 };

/** A project takes these from no other place: it does not inherit them from the root. */
const shared = {
  // A fresh process per file costs more than most files' tests do.
  isolate: false,
  // Node itself loads what ships, as it does for a user.
  server: { deps: { external: [/\/dist\//] } },
};

export default defineConfig({
  test: {
    // Many tests wait, for a child process or a deadline, so this many pay off on two cores.
    maxWorkers: 4,
    reporters: process.env.CI ? ['default'] : ['dot'],
    silent: 'passed-only',
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [long, ...elsewhere],
          testTimeout,
          hookTimeout: testTimeout,
          expect: { poll },
        },
      },
      {
        test: {
          ...shared,
          name: 'long',
          include: [long],
          exclude: elsewhere,
          testTimeout,
          hookTimeout: testTimeout,
          expect: { poll },
        },
      },
      {
        test: {
          ...shared,
          name: 'full-lane',
          include: ['test/server/*.test.ts', 'test/server/lanes/order.long.test.ts'],
          env: { EVENKEEL_TEST_LANES: 'full', EVENKEEL_RACES: races },
          testTimeout,
          hookTimeout: testTimeout,
          expect: { poll },
        },
      },
      {
        test: {
          ...shared,
          name: 'system',
          include: ['test/system/**/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: testTimeout,
          fileParallelism: false,
        },
      },
      {
        test: {
          ...shared,
          name: 'cluster',
          include: ['test/cluster/**/*.test.ts'],
          globalSetup: 'test/cluster/setup.ts',
          testTimeout: 600_000,
          hookTimeout: 600_000,
          // Tests kill the nodes that all of them share.
          fileParallelism: false,
          expect: { poll: { timeout: 120_000 } },
        },
      },
    ],
  },
});
