/**
 * Three projects. `unit` needs nothing but Node, and `full-lane` is its tests of the server again, without the fast lane; `npm test`
 * runs both. `system` needs Linux, root and Debian packages (see test/system/) and is run by `npm run test:system`. All test what
 * ships: the compiled code in dist/.
 */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Most tests wait, for processes and for the clock: two at a time take two thirds of the time, on two cores too.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/system/**'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'full-lane',
          include: ['test/server/*.test.ts', 'test/server/lanes/order.test.ts'],
          env: { EVENKEEL_TEST_LANES: 'full' },
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'system',
          include: ['test/system/**/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
