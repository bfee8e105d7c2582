/**
 * The write path beside that of another checkout: peaks of durable PUTs, PUTs at a constant rate,
 * and what writes do to reads. Both sides in turn, each on its own store.
 */
import { mkdirSync, mkdtempSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { atLeast, atMost, type Bar, type Measured, type Part, type Settings } from '../part.js';
import { startEvenkeel, startServer } from '../peers/evenkeel.js';
import { startWebdis } from '../peers/redis.js';
import { fill, httpPut } from '../support/fill.js';
import { type LoadFigures, load, uniform } from '../support/load.js';
import { diskWrittenBytes } from '../support/proc.js';
import { timeRange } from '../support/range.js';
import {
  type Figures,
  inTurn,
  median,
  type Rounds,
  ratio,
  ratios,
  spreadOf,
} from '../support/rounds.js';
import { keyBytes, runWrk } from '../support/wrk.js';
import { ms, thousands } from '../write/numbers.js';
import { measurePeaks } from './measure-peaks.js';
import { putGroups, tables } from './peaks.js';
import { scriptOf } from './reference.js';

const [now, before] = ['evenkeel', 'before'] as const;
const sides = [now, before] as const;
type Side = (typeof sides)[number];

const storeEntities = 1_000_000;
const valueBytes = 100;
const connections = 20;
const warmupMs = 5000;
const besideRate = 2000;
const rangeEntities = 100_000;
/** V8 compiles it in the first. */
const rangeTimes = 7;
/** A disk that takes so little in so long has no checkpoint to bear: it begins within 5 s. */
const littleBytes = 1024 ** 2;
const lookMs = 8000;
const maxLooks = 10;
/** A run at a constant rate keeps these. */
const times = ['p50', 'p99', 'p999'] as const;

export const writePath: Part = {
  title: 'Write path',
  programs: ['wrk', 'redis-server', 'webdis'],
  defaults: { rounds: 5, seconds: 10 },
  isApart: true,
  measure,
  section: (measured) => ({
    intro: `This checkout, and another one before a change, in turn. Peaks as under “Durable PUT
peak”. Then PUTs at a constant rate over ${connections} connections by \`evenkeel load -t1\`: keys
rising from an empty store, and keys drawn uniformly over ${thousands(storeEntities)} entities.
Then, once the disk is quiet, reads of that store: the GET peak, the same with
${thousands(besideRate)} PUTs per second beside it, and, once the disk is quiet again, a range over
${thousands(rangeEntities)} entities. The last range is over the whole store, beside as many PUTs
per second as above.`,
    tables: [
      ...tables(measured, putGroups, 'written'),
      constantTable(measured),
      readTable(measured),
    ],
    bars: bars(measured),
  }),
};

async function measure(settings: Settings): Promise<Measured> {
  const { rounds, rate, directory, checkout } = settings;
  if (checkout === undefined) throw new Error('write-path needs --checkout DIR to compare with');
  const mains = { [now]: undefined, [before]: resolve(checkout, 'dist/cli/main.js') };
  const optionsOf = (side: Side) => ({ ...(mains[side] && { main: mains[side] }) });
  const peers = {
    [now]: (options: Parameters<typeof startEvenkeel>[0]) => startEvenkeel(options),
    [before]: (options: Parameters<typeof startEvenkeel>[0]) =>
      startEvenkeel(options, optionsOf(before)),
    'redis+webdis': (options: Parameters<typeof startWebdis>[0]) => startWebdis(options, 'PUT'),
  };
  const peaks = await measurePeaks('PUT', putGroups, peers, settings);
  for (const side of sides) await fillStore(join(directory, side), optionsOf(side));
  process.stdout.write('Constant rate, rising\n');
  const rising = await inTurn(rounds, sides, (side) => visitEmpty(settings, optionsOf(side)));
  process.stdout.write('Constant rate, uniform, and reads\n');
  const full = await inTurn(rounds, sides, (side) =>
    visitFull(join(directory, side), settings, optionsOf(side)),
  );
  return {
    settings: { ...peaks.settings, rate, 'entities of the large store': storeEntities },
    groups: { ...peaks.groups, rising, uniform: full },
    skipped: [],
  };
}

type Options = Parameters<typeof startServer>[1];

async function fillStore(store: string, options: Options): Promise<void> {
  mkdirSync(store);
  const { port, stop } = await startServer(store, options);
  await fill({ port, entities: storeEntities, protocol: httpPut(valueBytes) });
  await stop();
}

function constant({ seconds, rate }: Settings, url: string) {
  return { url, threads: 1, connections, rate, durationMs: seconds * 1000, warmupMs };
}

function timesOf(figures: LoadFigures): Figures {
  return Object.fromEntries(times.map((name) => [name, figures[name]]));
}

async function visitEmpty(settings: Settings, options: Options): Promise<Figures> {
  const { url, stop } = await startServer(mkdtempSync(join(settings.directory, 'new-')), options);
  const work = { kind: 'script', file: scriptOf('put'), args: [] } as const;
  return load({ ...constant(settings, url), work })
    .then(timesOf)
    .finally(stop);
}

async function visitFull(store: string, settings: Settings, options: Options): Promise<Figures> {
  const { url, stop } = await startServer(store, options);
  const { seconds } = settings;
  const written = diskWrittenBytes(store) ?? Number.NaN;
  const work = uniform('PUT', storeEntities, valueBytes);
  const puts = await load({ ...constant(settings, url), work });
  const bytes = (diskWrittenBytes(store) ?? Number.NaN) - written;
  const requests = puts.completed + (settings.rate * warmupMs) / 1000;
  await untilLittleIsWritten(store);
  const get = () =>
    runWrk(url, ['/v0/entity?id=', ''], {
      ...{ method: 'GET', order: 'uniform', keySpace: storeEntities, first: 0 },
      ...{ valueBytes, connections: 64, seconds },
    });
  await get();
  const alone = await get();
  const writing = load({ ...constant({ ...settings, rate: besideRate }, url), work });
  const mixed = await get();
  await writing;
  await untilLittleIsWritten(store);
  const range: number[] = [];
  for (let times = 0; times < rangeTimes; times++)
    range.push(await timeRange(url, { start: '%00', limit: rangeEntities, valueBytes }));
  const busy = load({ ...constant(settings, url), work });
  await sleep(warmupMs);
  const whole = await timeRange(url, { start: '%00', limit: storeEntities, valueBytes });
  await busy;
  await stop();
  return {
    ...timesOf(puts),
    written: bytes / (requests * (keyBytes + valueBytes)),
    get: alone.rate,
    'get beside puts': mixed.rate,
    range: rangeEntities / (median(range) / 1000),
    'range beside puts': storeEntities / (whole / 1000),
  };
}

/** A checkpoint may go on behind the load. Reads are measured without it. */
async function untilLittleIsWritten(store: string): Promise<void> {
  let before = diskWrittenBytes(store) ?? 0;
  for (let look = 0; look < maxLooks; look++) {
    await sleep(lookMs);
    const now = diskWrittenBytes(store) ?? 0;
    if (now - before < littleBytes) return;
    before = now;
  }
  process.stdout.write('  the disk was not quiet: reads have a checkpoint beside them\n');
}

function rowsOf(rounds: Rounds, name: string, figures: readonly string[], format = ms) {
  return figures.map((figure) => [
    name,
    figure,
    ...sides.map((side) =>
      spreadOf(
        (rounds[side] ?? []).map((one) => one[figure] as number),
        format,
      ),
    ),
    spreadOf(ratios(rounds, figure, now, before), (value) => value.toFixed(2)),
  ]);
}

const head = ['', 'figure', 'now', 'before', 'now / before'];

function constantTable({ groups }: Measured) {
  const { rising = {}, uniform = {} } = groups;
  const rows = [...rowsOf(rising, 'rising', times), ...rowsOf(uniform, 'uniform', times)];
  const written = (value: number) => `${value.toFixed(1)} ×`;
  return { head, rows: [...rows, ...rowsOf(uniform, 'uniform', ['written'], written)] };
}

function readTable({ groups }: Measured) {
  const figures = ['get', 'get beside puts', 'range', 'range beside puts'];
  return { head, rows: rowsOf(groups.uniform ?? {}, 'per second', figures, thousands) };
}

/** Group, connections, how many times the other checkout, and Redis behind webdis. */
const peakLimits = [
  ['uniform, 100 B', 64, 2, 1.3],
  ['zipfian, 100 B', 64, 2, 1.3],
  ['rising, 100 B', 20, 1, 1],
  ['rising, 100 B', 64, 1, 1],
  ['rising, 100 B', 256, 1, 1],
  ['rising, 4 KiB', 64, 1.3, undefined],
] as const;

function bars({ groups }: Measured): Bar[] {
  const list: Bar[] = [];
  for (const [group, count, timesBefore, timesRedis] of peakLimits) {
    const rounds = groups[group];
    if (!rounds || Number.isNaN(ratio(rounds, `c${count} rate`, now, now))) continue;
    const what = `durable PUT peak, ${group}, ${count} connections, times`;
    const times = (other: string) => ratio(rounds, `c${count} rate`, now, other);
    list.push(atLeast(`${what} before`, times(before), timesBefore));
    if (timesRedis) list.push(atLeast(`${what} Redis always`, times('redis+webdis'), timesRedis));
  }
  for (const name of ['rising', 'uniform'] as const)
    for (const figure of times) {
      const value = ratio(groups[name] ?? {}, figure, now, before);
      list.push(atMost(`${name} ${figure}, times before`, value, figure === 'p50' ? 0.9 : 1.1));
    }
  const full = groups.uniform ?? {};
  list.push(
    atMost('bytes written, uniform, times before', ratio(full, 'written', now, before), 0.3),
  );
  for (const figure of ['get', 'get beside puts', 'range'])
    list.push(atLeast(`${figure} rate, times before`, ratio(full, figure, now, before), 0.95));
  const beside = ratio(full, 'range beside puts', now, before);
  list.push(atLeast('range beside puts, rate, times before', beside, 0.8));
  return list;
}
