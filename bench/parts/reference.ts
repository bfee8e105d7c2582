/** The reference load, 10 000 requests a second over 20 connections: Evenkeel beside a constant responder, by wrk2 and by `evenkeel load`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { judge } from '#dist/lab/load/judge/verdict.js';
import { runLoad } from '#dist/lab/load/load.js';
import { defaultOptions } from '#dist/lab/load/load-options.js';
import { threadsFor } from '#dist/lab/report/report-options.js';
import type { Bar, Part, Settings } from '../part.js';
import { startServer } from '../peers/evenkeel.js';
import { fill, httpPut } from '../support/fill.js';
import { startNginx } from '../support/nginx.js';
import { freePort } from '../support/process.js';
import { type Figures, inTurn, median, middle, type Rounds, ratio } from '../support/rounds.js';
import { runWrk2 } from '../support/wrk2.js';
import { ms } from '../write/words.js';

const load = { threads: 4, connections: 20, rate: 10_000 };
/** Of `evenkeel load`: four would take the server's CPU on a small machine, and it would call no run valid. */
const ourThreads = threadsFor(availableParallelism());
/** Keys of each thread that get.lua reads. */
const keys = 10_000;
/** As long as those of wrk/put.lua. */
const valueBytes = 74;
const warmupMs = 3_000;
/** What is late is in the percentiles, and no failure. */
const timeoutMs = 60_000;
/** Seconds; it prints nothing of its first ten. */
const shortestWrk2 = 12;

const scripts = {
  get: fileURLToPath(new URL('../../../wrk/get.lua', import.meta.url)),
  put: fileURLToPath(new URL('../../../wrk/put.lua', import.meta.url)),
};

const sides = ['nginx', 'GET', 'PUT'] as const;
type Side = (typeof sides)[number];
const percentiles = ['p50', 'p99', 'p999', 'max'] as const;

export const reference: Part = {
  title: 'Reference load',
  programs: ['nginx'],
  defaults: { rounds: 5, seconds: 20 },
  measure: async (settings) => {
    const { rounds, seconds, wrk2 } = settings;
    const tools: Record<string, (url: string, script: string) => Promise<Figures>> = {
      ...(wrk2 !== undefined && {
        wrk2: (url, script) =>
          runWrk2(wrk2, {
            ...load,
            url,
            seconds: Math.max(seconds, shortestWrk2),
            script: [script, String(keys)],
          }),
      }),
      'evenkeel load': (url, script) => ours(url, script, seconds),
    };
    const groups: Record<string, Rounds> = {};
    for (const [tool, run] of Object.entries(tools)) {
      process.stdout.write(`Reference load by ${tool}\n`);
      const all = sides.map((side) => [side, () => visit(side, settings, run)]);
      groups[tool] = await inTurn(rounds, Object.fromEntries(all));
    }
    const skipped = wrk2 === undefined ? ['wrk2: give its path with --wrk2 or WRK2'] : [];
    const made = {
      rounds,
      'seconds of each run': seconds,
      ...load,
      'threads of evenkeel load': ourThreads,
    };
    return { settings: made, groups, skipped };
  },
  section: ({ groups }) => ({
    intro: `\`-t4 -c20 -R10000\` with wrk/put.lua and wrk/get.lua, each run on a fresh server; nginx returns a constant as long as a value to
get.lua. Times in ms are from the moment a request was due; each PUT is synced before its answer. wrk2 leaves its first ten seconds
out, \`evenkeel load\` warms up for ${warmupMs / 1000} s before the run and has as many threads as there is room for here (${ourThreads}). “×” is the median of the ratios to nginx in the same round. “lag p99”
is the generator's own lateness, and “valid” how many of the runs it found fit to publish.`,
    tables: Object.entries(groups).map(([tool, rounds]) => ({
      head: [`by ${tool}`, 'p50', '×', 'p99', '×', 'p99.9', '×', 'max', 'lag p99', 'valid'],
      rows: sides.map((side) => rowOf(side, rounds)),
    })),
    // Those of the tool that the issue names; by the other one they are shown, and judged where it is the only one.
    bars: barsOf(groups.wrk2 === undefined ? 'evenkeel load' : 'wrk2', groups),
    plots: {},
  }),
};

async function visit(
  side: Side,
  { folder }: Settings,
  run: (url: string, script: string) => Promise<Figures>,
): Promise<Figures> {
  if (side === 'nginx') {
    const nginx = await startNginx(await freePort(), { bodyBytes: valueBytes });
    try {
      return await run(nginx.url, scripts.get);
    } finally {
      await nginx.stop();
    }
  }
  const data = mkdtempSync(join(folder, 'reference-'));
  try {
    const { url, port, stop } = await startServer(data);
    try {
      if (side === 'GET') {
        const key = (number: number) =>
          `t${(number % load.threads) + 1}-${String(Math.floor(number / load.threads) + 1).padStart(10, '0')}`;
        const language = httpPut('/v0/entity?id=', 'v'.repeat(valueBytes), key);
        await fill({ port, entities: keys * load.threads, language });
      }
      return await run(url, side === 'GET' ? scripts.get : scripts.put);
    } finally {
      await stop();
    }
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

async function ours(url: string, file: string, seconds: number): Promise<Figures> {
  // put.lua without a number never starts again, so it overwrites nothing.
  const args = file === scripts.get ? [String(keys)] : [];
  const work = { kind: 'script', file, args } as const;
  const result = await runLoad({
    ...defaultOptions,
    ...load,
    threads: ourThreads,
    url,
    durationMs: seconds * 1000,
    warmupMs,
    timeoutMs,
    work,
  });
  const failed = Object.values(result.errors).reduce((a, b) => a + b, 0);
  if (failed > 0) throw new Error(`${failed} requests failed: ${result.causes.join('; ')}`);
  const { latency, lag } = result;
  return {
    rate: (result.completed / result.elapsedUs) * 1e6,
    p50: latency.valueAtPercentile(50) / 1000,
    p99: latency.valueAtPercentile(99) / 1000,
    p999: latency.valueAtPercentile(99.9) / 1000,
    max: latency.max / 1000,
    lag: lag.valueAtPercentile(99) / 1000,
    valid: judge(result).valid ? 1 : 0,
  };
}

function rowOf(side: Side, rounds: Rounds): string[] {
  const of = (figure: string) => middle(rounds, figure, side);
  const cells = percentiles.map((figure) => {
    const times =
      side === 'nginx' || figure === 'max' ? '' : ratio(rounds, figure, side, 'nginx').toFixed(2);
    return [ms(of(figure) ?? Number.NaN), ...(figure === 'max' ? [] : [times])];
  });
  const lag = of('lag');
  const valid = (rounds[side] ?? []).flatMap(({ valid }) => valid ?? []);
  const share = `${valid.filter((one) => one === 1).length} of ${valid.length}`;
  return [side, ...cells.flat(), lag === undefined ? '' : ms(lag), valid.length === 0 ? '' : share];
}

function barsOf(tool: string, groups: Readonly<Record<string, Rounds>>): Bar[] {
  const rounds = groups[tool];
  if (rounds === undefined) return [];
  const times = (side: Side, figure: string, limit: number): Bar => ({
    what: `${side} ${figure} by ${tool}, times nginx`,
    value: ratio(rounds, figure, side, 'nginx'),
    limit,
    sense: 'at most',
  });
  const most = (side: Side, figure: string, limit: number): Bar => ({
    what: `${side} ${figure} by ${tool}`,
    value: median((rounds[side] ?? []).map((round) => round[figure] as number)),
    limit,
    sense: 'at most',
    unit: 'ms',
  });
  return [
    times('GET', 'p50', 1.2),
    times('GET', 'p99', 1.5),
    times('GET', 'p999', 3),
    times('PUT', 'p50', 1.7),
    times('PUT', 'p99', 3),
    most('PUT', 'p999', 10),
    most('PUT', 'max', 30),
  ];
}
