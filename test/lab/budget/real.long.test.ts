/**
 * Checks of a budget next to a process that never rests: `npm run test:budget`. The variable
 * EVENKEEL_BUDGET_RUNS sets how many.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { Work } from '#dist/lab/budget/measure-work.js';
import { measureCommand } from '#dist/lab/budget/run-budget.js';
import { loadOptions } from '../load/request/options.js';

const runs = Number(process.env.EVENKEEL_BUDGET_RUNS ?? 0);
const server = fileURLToPath(new URL('test-server.mjs', import.meta.url));

/** @param numbers that are allocated more for each request, of 8 B */
function measure(numbers: number): Promise<Work> {
  return measureCommand(
    {
      command: `exec ${process.execPath} ${server} {port} ${numbers}`,
      ...{ path: '/', parentDirectory: '/tmp', requests: 20_000 },
      options: loadOptions({ threads: 1, connections: 1 }),
    },
    new AbortController().signal,
  );
}

test.skipIf(runs === 0)(
  `${runs} runs agree, and 200 B more are found each time`,
  { timeout: runs * 200_000 },
  async () => {
    const hog = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
    onTestFinished(() => void hog.kill('SIGKILL'));
    const base = await measure(0);
    let worstCpu = 0;
    for (let run = 0; run < runs; run++) {
      const same = await measure(0);
      const [bytes, cpu] = [same.bytes / base.bytes - 1, same.cpuUs / base.cpuUs - 1];
      console.log(
        `unchanged: ${(100 * bytes).toFixed(3)} % bytes, ${(100 * cpu).toFixed(1)} % CPU`,
      );
      expect(Math.abs(bytes)).toBeLessThan(0.01);
      worstCpu = Math.max(worstCpu, Math.abs(cpu));
      const more = await measure(10);
      const [grown] = more.frames.bytes
        .map((frame) => {
          const before = base.frames.bytes.find(
            (one) => one.function === frame.function && one.where === frame.where,
          );
          return { where: frame.where, growth: frame.perRequest - (before?.perRequest ?? 0) };
        })
        .sort((a, b) => b.growth - a.growth);
      console.log(`${(more.bytes - base.bytes).toFixed(1)} B more: ${grown?.where}`);
      expect(more.bytes / base.bytes - 1).toBeGreaterThan(0.01);
      expect(grown?.where).toContain('test-server.mjs');
    }
    console.log(`largest difference of CPU time: ${(100 * worstCpu).toFixed(1)} %`);
  },
);
