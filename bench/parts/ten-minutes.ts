/** The reference load for minutes: whether memory stays level, and what makes a request slow now and then. */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { monotonicClock } from '#dist/lab/load/generator/clock.js';
import { threadsFor } from '#dist/lab/report/report-options.js';
import type { Measured, Part } from '../part.js';
import { mappedBytes, memoryOf } from '../support/process-stat.js';
import type { Figures, Rounds } from '../support/rounds.js';
import { watchPhase } from '../tail/phase.js';
import { Sampler } from '../tail/sampler.js';
import {
  countUnnamed,
  describe,
  formatOutcome,
  mustBeNamedUs,
  rowsOf,
  worstOf,
} from '../tail/table.js';
import { type Server, startServer } from '../tail/watched.js';
import { linePlot } from '../write/line-plot.js';
import { mebibytes, ms, thousands } from '../write/words.js';

const load = { threads: threadsFor(availableParallelism()), connections: 20, rate: 10_000 };
const slowMs = mustBeNamedUs / 1000;
/** As long as wrk2 leaves out at the start of a run. */
const warmupMs = 10_000;
const phases = ['PUT', 'GET'] as const;
type Phase = (typeof phases)[number];

export const tenMinutes: Part = {
  title: 'Ten minutes at the reference load',
  programs: [],
  measure: async ({ minutes, folder }) => {
    const data = mkdtempSync(join(folder, 'minutes-'));
    const sampler = new Sampler(monotonicClock());
    try {
      const server = await startServer(data, sampler);
      try {
        const groups: Record<string, Rounds> = {};
        for (const phase of phases) {
          const { main, causes } = await run(phase, { server, sampler, data, minutes });
          groups[phase] = main;
          groups[causesOf(phase)] = causes;
        }
        return { settings: { ...load, 'minutes of each': minutes }, groups, skipped: [] };
      } finally {
        await server.end();
      }
    } finally {
      sampler.stop();
      rmSync(data, { recursive: true, force: true });
    }
  },
  section: (measured) => ({
    intro: `wrk/put.lua, then wrk/get.lua, by \`evenkeel load\` at 10 000 a second, on one server, each behind ${warmupMs / 1000} s of the same that are not counted. RssAnon is read every second. “beyond the map” is the
resident memory without the data file's pages, at the end. Requests of ${slowMs} ms or more are told by their cause, as \`npm run bench:tail\` finds it, and by how many
moments they came in: its probe runs in server and generator, and a third process looks at their threads every 10 ms. “later / earlier” is the most RssAnon of the second half over that of the first. (V8 gives
memory back and takes it again, so a median would tell when it did.)`,
    tables: [table(measured)],
    bars: bars(measured),
    plots: { 'ten-minutes.svg': plot(measured) },
  }),
};

interface Place {
  readonly server: Server;
  readonly sampler: Sampler;
  readonly data: string;
  readonly minutes: number;
}

/** Figures of the whole, the memory in each second, and for each cause what it made slow. */
async function run(phase: Phase, { server, sampler, data, minutes }: Place) {
  const { pid } = server;
  const memory: Figures[] = [];
  const began = performance.now();
  const timer = setInterval(() => {
    const { anonBytes, rssBytes } = memoryOf(pid);
    memory.push({ second: (performance.now() - began) / 1000, anonBytes, rssBytes });
  }, 1000);
  try {
    const times = { durationMs: minutes * 60_000, warmupMs, slowMs };
    const name = phase.toLowerCase() as Lowercase<Phase>;
    const { outcome, result } = await watchPhase(name, { ...load, ...times }, server, sampler);
    const { rssBytes } = memoryOf(pid);
    const whole = {
      requests: result.completed,
      failed: result.failed,
      p50: result.p50Us / 1000,
      p99: result.p99Us / 1000,
      p999: result.p999Us / 1000,
      max: result.maxUs / 1000,
      unnamed: countUnnamed(outcome),
      unlisted: outcome.unlisted,
      'lag max': result.lagMaxUs / 1000,
      beyondMap: rssBytes - mappedBytes(pid, join(data, 'data.mdb')),
      mostAnon: Math.max(...memory.map(({ anonBytes = 0 }) => anonBytes)),
    };
    process.stdout.write(`${phase} ${JSON.stringify(whole)}\n`);
    for (const line of formatOutcome(outcome, slowMs)) process.stdout.write(`${line}\n`);
    for (const moment of outcome.moments) process.stdout.write(`  ${describe(worstOf(moment))}\n`);
    const causes = rowsOf(outcome.moments).map(({ cause, moments, requests, worstUs }) => [
      cause,
      [{ moments, requests, worst: worstUs / 1000 }],
    ]);
    return { main: { whole: [whole], memory }, causes: Object.fromEntries(causes) as Rounds };
  } finally {
    clearInterval(timer);
  }
}

function causesOf(phase: Phase): string {
  return `${phase}, ${slowMs} ms or more`;
}

/** The most RssAnon of the second half over that of the first: what leaks shows there, and what comes and goes does not. */
function level(memory: readonly Figures[] = []): number {
  const anon = memory.map(({ anonBytes = 0 }) => anonBytes);
  const half = Math.ceil(anon.length / 2);
  return Math.max(...anon.slice(half)) / Math.max(...anon.slice(0, half));
}

function table({ groups }: Measured) {
  const rows = phases.map((phase) => {
    const { whole, memory } = groups[phase] ?? {};
    const of = (figure: string) => whole?.[0]?.[figure] as number;
    return [
      phase,
      thousands(of('requests')),
      thousands(of('failed')),
      ...['p50', 'p99', 'p999', 'max'].map((figure) => ms(of(figure))),
      slowText(of('unlisted'), groups[causesOf(phase)]),
      ms(of('lag max')),
      mebibytes(of('beyondMap')),
      mebibytes(of('mostAnon')),
      level(memory).toFixed(2),
    ];
  });
  const times = ['p50 ms', 'p99', 'p99.9', 'max', `${slowMs} ms or more`, 'longest lag'];
  return {
    head: ['', 'requests', 'failed', ...times, 'beyond the map', 'most RssAnon', 'later / earlier'],
    rows,
  };
}

/** Such as: 31 in 2 moments (disk sync 24, up to 61.0; generator late 7, up to 52.5). */
function slowText(unlisted: number, causes: Rounds = {}): string {
  const rows = Object.entries(causes).map(([cause, [row = {}]]) => ({ cause, ...row }) as Slow);
  if (rows.length === 0) return 'none';
  const sum = (of: 'requests' | 'moments') => rows.reduce((total, row) => total + row[of], 0);
  const moments = sum('moments');
  const each = rows.map(({ cause, requests, worst }) => `${cause} ${requests}, up to ${ms(worst)}`);
  const more = unlisted > 0 ? `; ${unlisted} more were too many to be listed` : '';
  return `${sum('requests')} in ${moments === 1 ? '1 moment' : `${moments} moments`} (${each.join('; ')})${more}`;
}

interface Slow {
  readonly cause: string;
  readonly requests: number;
  /** Whose worst request has this cause. */
  readonly moments: number;
  /** ms */
  readonly worst: number;
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
      most(`requests of ${slowMs} ms or more without a cause`, of('unnamed'), 0),
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
  const heading = {
    title: 'Memory at the reference load',
    subtitle: 'every second',
    over: 'seconds',
  };
  return linePlot(heading, [{ unit: 'MiB', lines }]);
}
