/** The reference load for minutes: whether memory stays level, and what is slow now and then. */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runLoad } from '#dist/load/load.js';
import { defaultOptions } from '#dist/load/options.js';
import { threadsFor } from '#dist/report/options.js';
import type { Measured, Part } from '../part.js';
import { startServer } from '../peers/evenkeel.js';
import { mappedBytes, memoryOf } from '../support/process-stat.js';
import type { Figures } from '../support/rounds.js';
import { linePlot } from '../write/line-plot.js';
import { mebibytes, ms, thousands } from '../write/words.js';

const load = { threads: threadsFor(availableParallelism()), connections: 20, rate: 10_000 };
const slowUs = 50_000;
const phases = ['PUT', 'GET'] as const;
type Phase = (typeof phases)[number];

export const tenMinutes: Part = {
  title: 'Ten minutes at the reference load',
  programs: [],
  measure: async ({ minutes, folder }) => {
    const data = mkdtempSync(join(folder, 'minutes-'));
    try {
      const { url, pid, stop } = await startServer(data);
      try {
        const groups: Record<string, Record<string, Figures[]>> = {};
        for (const phase of phases) groups[phase] = await run(phase, { url, pid, data, minutes });
        return { settings: { ...load, 'minutes of each': minutes }, groups, skipped: [] };
      } finally {
        await stop();
      }
    } finally {
      rmSync(data, { recursive: true, force: true });
    }
  },
  section: (measured) => ({
    intro: `wrk/put.lua, then wrk/get.lua, by \`evenkeel load\` at 10 000 a second, on one server. RssAnon is read every second. “beyond the map” is the
resident memory without the data file's pages, at the end. “later / earlier” is the most RssAnon of the second half over that of the first. (V8 gives
memory back and takes it again, so a median would tell when it did.)`,
    tables: [table(measured)],
    bars: bars(measured),
    plots: { 'ten-minutes.svg': plot(measured) },
  }),
};

interface Place {
  readonly url: string;
  readonly pid: number;
  readonly data: string;
  readonly minutes: number;
}

/** Figures of the whole, and of each second. */
async function run(phase: Phase, { url, pid, data, minutes }: Place): Promise<Record<string, Figures[]>> {
  const file = fileURLToPath(new URL(`../../../wrk/${phase.toLowerCase()}.lua`, import.meta.url));
  const memory: Figures[] = [];
  const began = performance.now();
  const timer = setInterval(() => {
    const { anonBytes, rssBytes } = memoryOf(pid);
    memory.push({ second: (performance.now() - began) / 1000, anonBytes, rssBytes });
  }, 1000);
  try {
    const work = { kind: 'script', file, args: [] } as const;
    const durationMs = minutes * 60_000;
    const result = await runLoad({ ...defaultOptions, ...load, url, durationMs, warmupMs: 3_000, work });
    const { latency, lag, timeline, errors } = result;
    let slow = 0;
    for (const { lowest, count } of latency.buckets()) if (lowest > slowUs) slow += count;
    const { rssBytes } = memoryOf(pid);
    const whole = {
      requests: result.completed,
      failed: Object.values(errors).reduce((a, b) => a + b, 0),
      p50: latency.valueAtPercentile(50) / 1000,
      p99: latency.valueAtPercentile(99) / 1000,
      p999: latency.valueAtPercentile(99.9) / 1000,
      max: latency.max / 1000,
      slow,
      'lag p99': lag.valueAtPercentile(99) / 1000,
      'lag max': lag.max / 1000,
      beyondMap: rssBytes - mappedBytes(pid, join(data, 'data.mdb')),
      mostAnon: Math.max(...memory.map(({ anonBytes = 0 }) => anonBytes)),
    };
    process.stdout.write(`${phase} ${JSON.stringify(whole)}\n`);
    const slowest = timeline.filter(({ maxUs }) => maxUs > slowUs);
    const seconds = slowest.map(({ second, maxUs }) => ({ second, max: maxUs / 1000 }));
    return { whole: [whole], memory, slow: seconds };
  } finally {
    clearInterval(timer);
  }
}

/** The most RssAnon of the second half over that of the first: what leaks shows there, and what comes and goes does not. */
function level(memory: readonly Figures[] = []): number {
  const anon = memory.map(({ anonBytes = 0 }) => anonBytes);
  const half = Math.ceil(anon.length / 2);
  return Math.max(...anon.slice(half)) / Math.max(...anon.slice(0, half));
}

function table({ groups }: Measured) {
  const rows = phases.map((phase) => {
    const { whole, memory, slow = [] } = groups[phase] ?? {};
    const of = (figure: string) => whole?.[0]?.[figure] as number;
    const when = slow.slice(0, 8).map(({ second, max }) => `${second} s: ${ms(max as number)}`);
    return [
      phase,
      thousands(of('requests')),
      thousands(of('failed')),
      ...['p50', 'p99', 'p999', 'max'].map((figure) => ms(of(figure))),
      `${of('slow')}${when.length > 0 ? ` (${when.join(', ')}${slow.length > 8 ? ', …' : ''})` : ''}`,
      ms(of('lag max')),
      mebibytes(of('beyondMap')),
      mebibytes(of('mostAnon')),
      level(memory).toFixed(2),
    ];
  });
  const times = ['p50 ms', 'p99', 'p99.9', 'max', 'above 50 ms (when, longest)', 'longest lag'];
  return {
    head: ['', 'requests', 'failed', ...times, 'beyond the map', 'most RssAnon', 'later / earlier'],
    rows,
  };
}

function bars({ groups }: Measured) {
  return phases.flatMap((phase) => {
    const { whole, memory } = groups[phase] ?? {};
    const of = (figure: string) => whole?.[0]?.[figure] as number;
    const most = (what: string, value: number, limit: number, unit?: string) => ({
      what: `${phase}: ${what}`,
      value,
      limit,
      sense: 'at most' as const,
      ...(unit !== undefined && { unit }),
    });
    return [
      most(
        'resident memory beyond the map',
        Math.max(of('beyondMap'), of('mostAnon')) / 1024 ** 2,
        250,
        'MiB',
      ),
      most('RssAnon later over earlier, to be level', level(memory), 1.1),
      most('requests above 50 ms', of('slow'), 0),
    ];
  });
}

function plot({ groups }: Measured): string {
  const lines = phases.map((phase) => ({
    name: `RssAnon, ${phase}`,
    points: (groups[phase]?.memory ?? []).map(
      ({ second = 0, anonBytes = 0 }) => [second, anonBytes / 1024 ** 2] as const,
    ),
  }));
  const heading = { title: 'Memory at the reference load', subtitle: 'every second', over: 'seconds' };
  return linePlot(heading, [{ unit: 'MiB', lines }]);
}
