/**
 * The reference load, 10 000 requests per second over 20 connections: Evenkeel and a constant
 * responder, by wrk2 and by `evenkeel load`.
 */
import { mkdtempSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { threadsFor } from '#dist/lab/report/report-options.js';
import { atMost, type Bar, type Part, type Settings } from '../part.js';
import { startServer } from '../peers/evenkeel.js';
import { startNginx } from '../peers/nginx.js';
import { fill, httpPut } from '../support/fill.js';
import { load } from '../support/load.js';
import { type Figures, inTurn, middle, type Rounds, ratio, valuesOf } from '../support/rounds.js';
import { runWrk2 } from '../support/wrk2.js';
import { ms } from '../write/numbers.js';

const ours = 'evenkeel load';
const line = { threads: 4, connections: 20, rate: 10_000 };
/** For `evenkeel load`: four would take the server's CPU on a small machine. */
const ourThreads = threadsFor(availableParallelism());
/** Keys of each thread that get.lua reads. */
const keys = 10_000;
/** The values of wrk/put.lua are as long. */
const valueBytes = 74;
const warmupMs = 3_000;
/** It prints nothing of its first ten seconds. */
const minWrk2Seconds = 12;

export const scriptOf = (method: 'get' | 'put') =>
  fileURLToPath(new URL(`../../../wrk/${method}.lua`, import.meta.url));

const sides = ['nginx', 'GET', 'PUT'] as const;
type Side = (typeof sides)[number];
/** A tool that sends the load. put.lua without a number of keys never starts again. */
type Tool = (url: string, script: string, keys: readonly string[]) => Promise<Figures>;

export const reference: Part = {
  title: 'Reference load',
  programs: ['nginx'],
  defaults: { rounds: 5, seconds: 20 },
  measure: async (settings) => {
    const { rounds, seconds, wrk2 } = settings;
    const groups: Record<string, Rounds> = {};
    for (const [name, tool] of Object.entries(toolsOf(seconds, wrk2))) {
      process.stdout.write(`Reference load by ${name}\n`);
      groups[name] = await inTurn(rounds, sides, (side) => visit(side, settings, tool));
    }
    const runs = { rounds, 'seconds of each run': seconds };
    return {
      settings: { ...runs, ...line, 'threads of evenkeel load': ourThreads },
      groups,
      skipped: wrk2 === undefined ? ['wrk2: give its path with --wrk2 or WRK2'] : [],
    };
  },
  section: ({ groups, settings }) => ({
    intro: `\`-t4 -c20 -R10000\` with wrk/put.lua and wrk/get.lua, each run on a fresh server.
nginx returns a constant as long as a value to get.lua. Times in ms are from the moment a request
was due. Each PUT is synced before its response. wrk2 leaves its first ten seconds out. \`evenkeel
load\` warms up for ${warmupMs / 1000} s before the run and has as many threads as this machine
has room for (${settings['threads of evenkeel load']}). “×” is the median of the ratios to nginx
in the same round. “lag p99” is how late the generator itself was, and “valid” how many of the
runs its [verdict](../docs/load.md#the-report-states-its-own-error) called valid.`,
    tables: Object.entries(groups).map(([tool, rounds]) => ({
      head: [`by ${tool}`, 'p50', '×', 'p99', '×', 'p99.9', '×', 'max', 'lag p99', 'valid'],
      rows: sides.map((side) => rowOf(side, rounds)),
    })),
    // Both tools are shown. Bars are for wrk2, where it was measured.
    bars: groups.wrk2 ? barsOf('wrk2', groups.wrk2) : barsOf(ours, groups[ours]),
  }),
};

function toolsOf(seconds: number, wrk2: string | undefined): Record<string, Tool> {
  const evenkeel: Tool = async (url, file, args) => {
    const work = { kind: 'script', file, args } as const;
    const run = { ...line, threads: ourThreads, url, work };
    const figures = await load({ ...run, durationMs: seconds * 1000, warmupMs });
    const { rate, p50, p99, p999, max, lagP99: lag, valid } = figures;
    return { rate, p50, p99, p999, max, lag, valid };
  };
  if (wrk2 === undefined) return { [ours]: evenkeel };
  const longEnough = Math.max(seconds, minWrk2Seconds);
  const theirs: Tool = (url, script, args) =>
    runWrk2(wrk2, { ...line, url, seconds: longEnough, script: [script, ...args] });
  return { wrk2: theirs, [ours]: evenkeel };
}

async function visit(side: Side, { directory }: Settings, tool: Tool): Promise<Figures> {
  if (side === 'nginx') {
    const { url, stop } = await startNginx({ contentBytes: valueBytes });
    return tool(url, scriptOf('get'), [String(keys)]).finally(stop);
  }
  const { url, port, stop } = await startServer(mkdtempSync(join(directory, 'store-')));
  if (side === 'PUT') return tool(url, scriptOf('put'), []).finally(stop);
  const protocol = httpPut(valueBytes, keyOfScript);
  await fill({ port, entities: keys * line.threads, protocol });
  return tool(url, scriptOf('get'), [String(keys)]).finally(stop);
}

/** A key as the scripts spell it. */
function keyOfScript(number: number): string {
  const thread = (number % line.threads) + 1;
  return `t${thread}-${String(Math.floor(number / line.threads) + 1).padStart(10, '0')}`;
}

function rowOf(side: Side, rounds: Rounds): string[] {
  const cells = ['p50', 'p99', 'p999'].flatMap((figure) => {
    const times = side === 'nginx' ? '' : ratio(rounds, figure, side, 'nginx').toFixed(2);
    return [ms(middle(rounds, figure, side)), times];
  });
  const lag = middle(rounds, 'lag', side);
  const valid = valuesOf(rounds, 'valid', side);
  return [
    side,
    ...cells,
    ms(middle(rounds, 'max', side)),
    Number.isNaN(lag) ? '' : ms(lag),
    valid.length === 0 ? '' : `${valid.filter((one) => one === 1).length} of ${valid.length}`,
  ];
}

const limits = [
  ['GET', 'p50', 1.2],
  ['GET', 'p99', 1.5],
  ['GET', 'p999', 3],
  ['PUT', 'p50', 1.7],
  ['PUT', 'p99', 3],
] as const;

function barsOf(tool: string, rounds: Rounds = {}): Bar[] {
  const time = (figure: string, limit: number) =>
    atMost(`PUT ${figure} by ${tool}`, middle(rounds, figure, 'PUT'), limit, 'ms');
  const times = limits.map(([side, figure, limit]) => {
    const what = `${side} ${figure} by ${tool}, times nginx`;
    return atMost(what, ratio(rounds, figure, side, 'nginx'), limit);
  });
  return [...times, time('p999', 10), time('max', 30)];
}
