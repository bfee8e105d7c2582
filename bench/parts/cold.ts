/**
 * Cold reads: one client reads a few hot keys, another reads all over a store far larger than the
 * memory of the server, so that most of its reads go to the disk. Does the first client notice? A
 * third side, where the other client reads hot keys at the same rate, shows what requests cost.
 */
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { atMost, type Measured, type Part, type Settings } from '../part.js';
import { startServer } from '../peers/evenkeel.js';
import { fill, httpPut } from '../support/fill.js';
import { load, uniform } from '../support/load.js';
import { limitMemory } from '../support/memory-limit.js';
import { majorFaults } from '../support/proc.js';
import type { Figures, Rounds } from '../support/rounds.js';
import { inTurn, median, middle, ratio, ratios } from '../support/rounds.js';
import { mebibytes, ms, thousands } from '../write/numbers.js';

const valueBytes = 1000;
const hotKeys = 100;
const hot = { threads: 1, rate: 1000, connections: 4 };
/** Few enough requests for a disk that reads one page at a time. */
const other = { threads: 1, rate: 200, connections: 8 };
const limitBytes = 256 * 1024 ** 2;
/** Three records fill a page of 4 KiB. */
const recordBytes = 1366;

const sides = ['alone', 'beside hot', 'beside cold'] as const;
const head = [
  ...['the hot client', 'p50 ms', 'p99 ms', 'max ms', 'p99 / alone', 'min … max'],
  ...['the other: p50 / p99 ms', 'faults/s', 'on the event loop'],
];
const bar = 'p99 of hot reads beside cold ones, times that without';

export const cold: Part = {
  title: 'Cold reads',
  programs: [],
  // A hundred requests make a p99, so one moment of another program can be all of it.
  defaults: { rounds: 9, seconds: 10 },
  measure,
  section: ({ groups: { reads = {} }, settings }) => ({
    intro: `The server may use ${mebibytes(limitBytes)} (memory cgroup); its file has
${mebibytes(Number(settings.fileBytes))}. One client GETs ${hotKeys} hot keys at ${hot.rate}
requests per second. Another GETs nothing, the same hot keys, or keys drawn uniformly from all, at
${other.rate} requests per second. The latency is that of the first client.`,
    tables: [{ head, rows: Object.keys(reads).map((side) => rowOf(reads, side)) }],
    bars: [atMost(bar, ratio(reads, 'p99', 'beside cold', 'alone'), 2)],
  }),
};

async function measure({ rounds, seconds, directory, excess }: Settings): Promise<Measured> {
  const settings = { rounds, 'seconds of each run': seconds, limitBytes };
  const limit = limitMemory(limitBytes);
  if ('missing' in limit) {
    const skipped = [`all of it needs root and a memory cgroup: ${limit.missing}`];
    return { settings, groups: {}, skipped };
  }
  const { port, stop } = await startServer(directory);
  const entities = Math.ceil((limitBytes * excess) / recordBytes);
  await fill({ port, entities, protocol: httpPut(valueBytes) });
  await stop();
  const fileBytes = statSync(join(directory, 'data.mdb')).size;
  const keys = { alone: 0, 'beside hot': hotKeys, 'beside cold': entities };
  const reads = await inTurn(rounds, sides, (side) =>
    visit(directory, limit.command, seconds, keys[side]),
  );
  limit.remove();
  return { settings: { ...settings, entities, fileBytes }, groups: { reads }, skipped: [] };
}

/** @param otherKeys that the other client reads; 0: there is none */
async function visit(
  directory: string,
  before: readonly string[],
  seconds: number,
  otherKeys: number,
): Promise<Figures> {
  forgetPages(join(directory, 'data.mdb'));
  const { url, pid, stop } = await startServer(directory, { before });
  const run = (given: typeof hot, keys: number, seconds: number) => {
    const work = uniform('GET', keys, valueBytes);
    return load({ ...given, url, work, durationMs: seconds * 1000, warmupMs: 1000 });
  };
  // Brings the hot pages in, and the code to its speed.
  await run(hot, hotKeys, 2);
  const faultsBefore = majorFaults(pid);
  const [{ p50, p99, max, lagP99 }, second] = await Promise.all([
    run(hot, hotKeys, seconds),
    otherKeys === 0 ? undefined : run(other, otherKeys, seconds),
  ]);
  const faults = majorFaults(pid);
  await stop();
  return {
    ...{ p50, p99, max, 'lag p99': lagP99 },
    ...(second && { 'other p50': second.p50, 'other p99': second.p99 }),
    faults: (faults.all - faultsBefore.all) / seconds,
    'on the loop': (faults.ofLoop - faultsBefore.ofLoop) / seconds,
  };
}

/** The kernel counts a cached page for the process that read it first: that must be the server. */
function forgetPages(file: string): void {
  const how = ['oflag=nocache', 'conv=notrunc,fdatasync', 'count=0', 'status=none'];
  execFileSync('dd', [`of=${file}`, ...how]);
}

function rowOf(reads: Rounds, side: string): string[] {
  const of = (figure: string) => middle(reads, figure, side);
  const time = (figure: string) => ms(of(figure));
  const times = ratios(reads, 'p99', side, 'alone').toSorted((a, b) => a - b);
  const [min = 0, max = 0] = [times[0], times.at(-1)];
  return [
    side,
    ...['p50', 'p99', 'max'].map(time),
    median(times).toFixed(2),
    `${min.toFixed(2)} … ${max.toFixed(2)}`,
    side === 'alone' ? '' : `${time('other p50')} / ${time('other p99')}`,
    thousands(of('faults')),
    thousands(of('on the loop')),
  ];
}
